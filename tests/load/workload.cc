#include "workload.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "hark/v1/channel.pb.h"

namespace hark::load {
namespace {

constexpr std::size_t kTextBytes = 560;  // twice in the entry: as text, and as what is new in it

std::string paragraphs(std::size_t bytes, std::string_view end_of_line) {
  static constexpr std::string_view kLines[] = {
      "Good morning, my parcel has not arrived although your page says it has.",
      "I was at home the whole day and nobody rang the bell.",
      "Could you please find out where it is and tell me when it will come?",
      "The number of the order is in the attached invoice.", ""};
  std::string out;
  for (std::size_t i = 0; out.size() < bytes; ++i) {
    out += kLines[i % std::size(kLines)];
    out += end_of_line;
  }
  return out;
}

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
  return out;
}

std::string html_part() {
  std::string out = "<html><head><style>p{margin:0}</style></head><body>\r\n";
  for (int i = 0; i < 10; ++i) {
    out += "<p style=3D\"color:#333;font-family:Arial\">Labdien, r=C4=93=C4=B7ins Nr. " + std::to_string(i) +
           "<br>\r\nnav <b>apmaks=C4=81ts</b>, sk. <a href=3D\"https://shop.example/?order=3D" +
           std::to_string(i) + "\">=C5=A1eit</a>.</p>\r\n";
  }
  return out + "</body></html>\r\n";
}

/// Between the part that differs from mail to mail and the number in the PDF.
const std::string& middle_of_mail() {
  static const std::string middle =
      "MIME-Version: 1.0\r\nUser-Agent: ExampleMail/12.3\r\nX-Priority: 3\r\n"
      "Content-Type: multipart/mixed; boundary=\"=_outer_7c1f\"\r\n\r\n--=_outer_7c1f\r\n"
      "Content-Type: multipart/alternative; boundary=\"=_inner_7c1f\"\r\n\r\n--=_inner_7c1f\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
      paragraphs(700, "=C4=81\r\n") +
      "\r\n--=_inner_7c1f\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
      html_part() +
      "\r\n--=_inner_7c1f--\r\n--=_outer_7c1f\r\nContent-Type: application/pdf; name=\"invoice.pdf\"\r\n"
      "Content-Disposition: attachment; filename=\"invoice.pdf\"\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\n" +
      base64("%PDF-1.4\n") + "\r\n";
  return middle;
}

const std::string& end_of_mail() {
  static const std::string end = "\r\n" + base64(std::string(1'026, 'P')) + "\r\n--=_outer_7c1f--\r\n.\r\n";
  return end;
}

std::string number(std::int64_t i) {
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "%012lld", static_cast<long long>(i));
  return digits.data();
}

}  // namespace

std::string run_name() {
  return std::to_string(std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds{1});
}

std::string customer_address(std::int64_t i, std::int64_t customers) {
  return "customer" + std::to_string(i % customers) + "@example.com";
}

v1::InboundMessage message(const std::string& run, std::int64_t i, std::int64_t customers) {
  static const std::string text = paragraphs(kTextBytes, "\n");
  const std::string id = number(i) + "." + run + "@example.com";
  v1::InboundMessage out;
  out.set_channel(v1::CHANNEL_EMAIL);
  out.set_account_id(kAccountId);
  out.set_native_id(id);
  out.set_kind(v1::InboundMessage::KIND_MESSAGE);
  out.mutable_sender()->set_address("mailto:" + customer_address(i, customers));
  out.mutable_sender()->set_name("Customer");
  out.mutable_content()->set_subject("My parcel");
  out.mutable_content()->set_text(text);
  out.mutable_content()->set_visible_text(text);
  out.set_sent_at_ms(1'700'000'000'000);
  out.mutable_thread()->set_own_reference(id);
  *out.mutable_reply_route()->mutable_to() = out.sender();
  out.mutable_reply_route()->add_references(id);
  return out;
}

std::string mail(const std::string& run, std::int64_t i, const std::string& sender) {
  const std::string digits = number(i);
  std::string out;
  out.reserve(6'000);
  out += "Return-Path: <";
  out += sender;
  out +=
      ">\r\nReceived: from mail.example.com (mail.example.com [192.0.2.1])\r\n\tby mx.hark.test with ESMTPS "
      "id 4Xabc;\r\n"
      "\tMon, 02 Mar 2026 10:00:01 +0200\r\nFrom: =?utf-8?Q?Ana_Kalni=C5=86a?= <";
  out += sender;
  out += ">\r\nTo: Support <";
  out += kAccountAddress;
  out += ">\r\nSubject: =?utf-8?Q?R=C4=93=C4=B7ins?= no. ";
  out += digits;
  out +=
      "\r\nMessage-ID: <" + digits + "." + run + "@example.com>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0200\r\n";
  out += middle_of_mail();
  out += base64(digits);
  out += end_of_mail();
  return out;
}

}  // namespace hark::load
