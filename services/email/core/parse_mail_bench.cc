// How fast a mail is taken apart, next to what the MIME library alone needs to parse and decode the same
// bytes.
#include <benchmark/benchmark.h>
#include <gmime/gmime.h>

#include <string>

#include "email/core/native_id.h"
#include "email/core/parse_mail.h"
#include "email/core/sanitise_html.h"

namespace hark::email {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k]));
    };
    const std::uint32_t bits = at(0) << 16 | at(1) << 8 | at(2);
    for (int shift = 18; shift >= 0; shift -= 6) out += kAlphabet[bits >> shift & 63];
    if (out.size() % 78 == 76) out += "\r\n";
  }
  return out + "\r\n";
}

std::string html() {
  std::string out = "<html><head><meta charset=utf-8><style>p{margin:0}</style></head><body>";
  for (int i = 0; i < 8; ++i) {
    out += "<p style=\"color:#333;font-family:Arial\">Labdien, r\xC4\x93\xC4\xB7ins Nr. " +
           std::to_string(i) +
           " nav <b>apmaks\xC4\x81ts</b>, sk. <a href=\"https://x.lv/?r=1&amp;i=2\">\xC5\xA1"
           "eit</a>.</p>\r\n";
  }
  return out + "<img src=\"cid:logo\"></body></html>\r\n";
}

// About 5 KiB: mixed(alternative(text in quoted-printable, html in base64), pdf in base64).
std::string sample_mail() {
  std::string text;
  for (int i = 0; i < 8; ++i)
    text += "Labdien, r=C4=93=C4=B7ins Nr. " + std::to_string(i) +
            " nav apmaks=C4=81ts, l=C5=ABdzu p=C4=81rbaud=\r\niet.\r\n";
  return "Return-Path: <ana@x.lv>\r\nReceived: from mail.x.lv (mail.x.lv [192.0.2.1])\r\n\tby "
         "mx.hark.example with ESMTPS "
         "id 4Xabc; Mon, 02 Mar 2026 10:00:01 +0200\r\nAuthentication-Results: mx.hark.example; dmarc=pass "
         "header.from=x.lv\r\n"
         "From: =?utf-8?Q?Ana_Kalni=C5=86a?= <ana@x.lv>\r\nTo: Support <support@hark.example>\r\nCc: "
         "bo@x.lv, \"Eva, E\" <eva@x.lv>\r\n"
         "Subject: =?utf-8?B?UsSTxLdpbnMgTnIuIDU=?=\r\nMessage-ID: <5@x.lv>\r\nIn-Reply-To: "
         "<4@hark.example>\r\n"
         "References: <1@x.lv> <2@hark.example> <3@x.lv> <4@hark.example>\r\nDate: Mon, 02 Mar 2026 10:00:00 "
         "+0200\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_outer\"\r\n\r\n--=_outer\r\n"
         "Content-Type: multipart/alternative; boundary=\"=_inner\"\r\n\r\n--=_inner\r\nContent-Type: "
         "text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         text +
         "\r\n--=_inner\r\nContent-Type: text/html; charset=utf-8\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n" +
         base64(html()) +
         "\r\n--=_inner--\r\n--=_outer\r\n"
         "Content-Type: application/pdf; name=\"rekins.pdf\"\r\nContent-Disposition: attachment; "
         "filename=\"rekins.pdf\"\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n" +
         base64(std::string(1024, 'P')) + "\r\n--=_outer--\r\n";
}

void decode_part(GMimeObject*, GMimeObject* part, gpointer bytes) {
  if (!GMIME_IS_PART(part)) return;
  GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(part));
  if (content == nullptr) return;
  GMimeStream* out = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(content, out);
  *static_cast<std::size_t*>(bytes) += g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out))->len;
  g_object_unref(out);
}

void BareGMimeParseAndDecode(benchmark::State& state) {
  g_mime_init();
  const std::string raw = sample_mail();
  std::size_t bytes = 0;
  for (auto _ : state) {
    GMimeStream* stream = g_mime_stream_mem_new_with_buffer(raw.data(), raw.size());
    GMimeParser* parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
    benchmark::DoNotOptimize(g_mime_message_get_subject(message));
    g_mime_message_foreach(message, decode_part, &bytes);
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(BareGMimeParseAndDecode);

void ParseMail(benchmark::State& state) {
  const std::string raw = sample_mail();
  for (auto _ : state) {
    auto mail = parse_mail(raw);
    benchmark::DoNotOptimize(mail);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(ParseMail);

void ParseMailAndNativeId(benchmark::State& state) {
  const std::string raw = sample_mail();
  for (auto _ : state) {
    auto mail = parse_mail(raw);
    benchmark::DoNotOptimize(native_id(raw, mail->message_id));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ParseMailAndNativeId);

void SanitiseHtml(benchmark::State& state) {
  const std::string text = html();
  for (auto _ : state) benchmark::DoNotOptimize(sanitise_html(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(SanitiseHtml);

// A mail of 25 MiB whose weight is one attachment.
void ParseLargeMail(benchmark::State& state) {
  const std::string raw =
      "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      base64(std::string(std::size_t{18} << 20, 'P'));
  for (auto _ : state) benchmark::DoNotOptimize(parse_mail(raw));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}
BENCHMARK(ParseLargeMail)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hark::email
