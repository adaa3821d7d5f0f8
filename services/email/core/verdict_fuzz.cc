// Any bytes as a report's parts and words: they are read within the limits, and the verdict is explained.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "email/core/bounce_text.h"
#include "email/core/subject_mark.h"
#include "email/core/threading.h"
#include "email/core/verdict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::email;
  if (size < 1 || size > 65536) return 0;
  const std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  Mail mail;
  mail.from = {{"mailer-daemon@x.lv", "Mail Delivery System"}};
  mail.subject = bytes.substr(0, 60);
  mail.text = bytes;
  mail.in_reply_to = {bytes.substr(0, 100)};
  if ((data[0] & 1) != 0) mail.report_parts.push_back({"message/delivery-status", bytes});
  if ((data[0] & 2) != 0) mail.report_parts.push_back({"message/rfc822", bytes});
  if ((data[0] & 4) != 0) mail.report_parts.push_back({"message/feedback-report", bytes});
  const auto verdict = judge(mail, {}, {"support@hark.localhost"});
  if (verdict.rule.empty() || verdict.may_auto_answer != verdict.no_auto_answer_because.empty()) std::abort();
  if (verdict.report.recipients.size() > kReportRecipientsMax) std::abort();
  for (const auto& recipient : verdict.report.recipients) {
    if (recipient.diagnostic.size() > kDiagnosticBytesMax) std::abort();
  }
  const auto hints = thread_hints(mail, {"", {bytes.substr(0, 200)}}, {{"a", "support@hark.localhost", {}}},
                                  {.subject_mark = true}, &verdict.report.original);
  if (hints.references.size() > kThreadReferencesMax || hints.address_tokens.size() > kThreadTokensMax ||
      hints.subject_tokens.size() > kThreadTokensMax) {
    std::abort();
  }
  const std::string token(42, '7');
  const auto marked = take_marks(with_mark(bytes, token));
  if (marked.tokens != std::vector{token}) std::abort();
  if (!take_marks(take_marks(bytes).subject).tokens.empty()) std::abort();
  return 0;
}
