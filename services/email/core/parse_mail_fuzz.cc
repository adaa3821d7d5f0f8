#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/utf8.h"
#include "email/core/charset.h"
#include "email/core/native_id.h"
#include "email/core/parse_mail.h"
#include "email/core/reply_route.h"
#include "email/core/sanitise_html.h"
#include "email/core/sender_trust.h"

namespace {

// What must hold of any mail whatever: else the process stops and the input is kept.
void require(bool holds) {
  if (!holds) std::abort();
}

void require_clean(std::string_view text) {
  require(hark::is_utf8(text));
  require(text.find('\0') == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::email;
  const std::string_view raw{reinterpret_cast<const char*>(data), size};
  const auto parsed = parse_mail(raw, {.decoded_bytes_max = 1 << 20});
  if (!parsed.ok()) return 0;
  const Mail& mail = *parsed;
  std::size_t decoded = mail.raw_html.size();
  for (const auto& text :
       {mail.text, mail.html, mail.raw_html, mail.subject, mail.message_id, mail.content_type})
    require_clean(text);
  for (const auto& field : mail.headers) require_clean(field.value);
  for (const auto* list : {&mail.from, &mail.to, &mail.cc, &mail.reply_to}) {
    for (const auto& each : *list) require_clean(each.address), require_clean(each.name);
  }
  for (const auto& remark : mail.remarks) require_clean(remark);
  for (const auto& file : mail.attachments) {
    require_clean(file.file_name);
    require_clean(file.content_type);
    require_clean(file.content_id);
    require(!file.file_name.empty() && file.file_name.size() <= 255);
    require(file.file_name.find('/') == std::string::npos);
    decoded += file.content.size();
  }
  require(decoded <= std::size_t{6} << 20);
  for (const std::string_view tag :
       {"<script", "<style", "<iframe", "<svg", "<form", "<object", "<meta", "<base"}) {
    require(mail.html.find(tag) == std::string::npos);
  }
  // What was sanitised has nothing left to sanitise.
  if (mail.html.find("data-hark-src") == std::string::npos)
    require(sanitise_html(mail.html).html == mail.html);
  require(native_id(raw, mail.message_id) == native_id(raw, mail.message_id));
  judge_sender(mail, "mx.hark.example");
  if (const auto sender = choose_sender(mail, true); sender.ok()) {
    const std::string ours[] = {"support@hark.example"};
    const auto route = reply_route(mail, *sender, ours);
    require(route.references.size() <= kReferencesMax && route.cc.size() <= kReplyCopiesMax);
  }
  return 0;
}
