#include "email/core/reply_route.h"

#include <algorithm>
#include <set>

#include "email/core/addresses.h"
#include "email/core/ascii.h"

namespace hark::email {
namespace {

std::string without_tag(std::string_view address) {
  std::string lower = ascii_lowered(ascii_trimmed(address));
  const std::size_t sign = lower.rfind('@');
  const std::size_t plus = lower.find('+');
  if (sign != std::string::npos && plus != std::string::npos && plus > 0 && plus < sign)
    lower.erase(plus, sign - plus);
  return lower;
}

bool is_from_a_list(const Mail& mail) {
  if (!header(mail, "list-id").empty() || !header(mail, "list-post").empty()) return true;
  return ascii_iequals(ascii_trimmed(header(mail, "precedence")), "list");
}

std::string reply_subject(std::string_view subject) {
  subject = ascii_trimmed(subject);
  return ascii_istarts_with(subject, "re:") ? std::string{subject} : "Re: " + std::string{subject};
}

}  // namespace

bool is_own_address(std::string_view address, std::span<const std::string> own_addresses) {
  const std::string exact = ascii_lowered(ascii_trimmed(address));
  const std::string plain = without_tag(address);
  return std::ranges::any_of(own_addresses, [&](const std::string& own) {
    const std::string own_lower = ascii_lowered(ascii_trimmed(own));
    return own_lower == exact || own_lower == plain;
  });
}

ReplyRoute reply_route(const Mail& mail, const Mailbox& customer,
                       std::span<const std::string> own_addresses) {
  ReplyRoute route{.to = customer, .subject = reply_subject(mail.subject), .in_reply_to = mail.message_id};
  if (!is_from_a_list(mail)) {
    std::set<std::string> seen{ascii_lowered(customer.address)};
    for (const auto* list : {&mail.to, &mail.cc}) {
      for (const auto& each : *list) {
        if (route.cc.size() >= kReplyCopiesMax || !is_mail_address(each.address)) continue;
        if (is_own_address(each.address, own_addresses) || !seen.insert(ascii_lowered(each.address)).second)
          continue;
        route.cc.push_back(each);
      }
    }
  }
  // Without References the parent's In-Reply-To stands in, if it is a single id (RFC 5322 §3.6.4).
  auto chain = mail.references;
  if (chain.empty() && mail.in_reply_to.size() == 1) chain = mail.in_reply_to;
  if (!mail.message_id.empty()) chain.push_back(mail.message_id);
  route.references = capped_references(std::move(chain));
  return route;
}

std::vector<std::string> capped_references(std::vector<std::string> references) {
  // Of a repeated id the later place is the true one, so the chain is walked from its end.
  std::set<std::string> seen;
  std::vector<std::string> out;
  for (auto id = references.rbegin(); id != references.rend(); ++id) {
    if (!id->empty() && seen.insert(*id).second) out.push_back(std::move(*id));
  }
  std::ranges::reverse(out);
  if (out.size() > kReferencesMax) {
    out.erase(out.begin() + 1, out.end() - static_cast<std::ptrdiff_t>(kReferencesMax - 1));
  }
  return out;
}

}  // namespace hark::email
