#include "social/rules.h"

#include "social/core/network.h"

namespace hark::social {

v1::SendingRules rules_of(const Account& account) {
  const Network& network = *find_network(account.network);
  v1::SendingRules rules;
  rules.set_account_id(account.id);
  rules.set_network(std::string{network.title});
  if (network.fetches_files && account.public_url.empty()) {
    rules.set_no_files_reason(std::string{network.title} +
                              " fetches files from us, for which an administrator has to set public_url");
  } else {
    rules.set_files_max(kOutFilesMax);
    for (const auto& rule : network.files) {
      auto& out = *rules.add_files();
      out.set_content_type(std::string{rule.content_type});
      out.set_size_max(rule.size_max);
    }
  }
  for (const auto& approved : account.templates) {
    auto& out = *rules.add_templates();
    out.set_name(approved.name);
    out.set_language(approved.language);
    out.set_text(approved.text);
  }
  return rules;
}

}  // namespace hark::social
