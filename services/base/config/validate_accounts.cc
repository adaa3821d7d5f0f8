#include <algorithm>

#include "base/config/checks.h"
#include "base/config/names.h"
#include "base/core/template_text.h"
#include "hark/v1/config.pb.h"

namespace hark {
namespace {

/// Of the 64 that RFC 5321 section 4.5.3.1.1 allows, "+" and a thread's token take 43.
constexpr std::size_t kLocalBytesMax = 21;

constexpr std::size_t kLocalPartBytesMax = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kAddressBytesMax = 254;   // RFC 5321 section 4.5.3.1.3, without the angle brackets
constexpr std::size_t kIdentitySecretBytesMin = 16;

/// Why the text is no mailbox of ours; empty if it is one. Quoted local parts are not taken.
std::string_view mailbox_problem(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return "has no '@'";
  const std::string_view local = text.substr(0, at);
  if (local.empty()) return "has nothing before the '@'";
  if (local.size() > kLocalPartBytesMax || text.size() > kAddressBytesMax)
    return "is too long for a mail address";
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return "has a dot too many before the '@'";
  constexpr std::string_view kAtext = "!#$%&'*+-/=?^_`{|}~.";
  if (!std::ranges::all_of(local, [&](char c) {
        return is_alnum(c) || is_wide(c) || kAtext.find(c) != std::string_view::npos;
      })) {
    return "has a character before the '@' that a mail address may not have";
  }
  if (!is_host(text.substr(at + 1))) return "has no valid domain after the '@'";
  return {};
}

class Accounts {
 public:
  Accounts(const v1::Config& config, Checks& checks) : config_{config}, checks_{checks} {}

  void check() {
    std::map<std::string, std::string> ids;
    std::map<std::string, std::string> addresses;
    for (int i = 0; i < config_.accounts_size(); ++i) {
      const v1::Account& account = config_.accounts(i);
      const std::string path = "accounts[" + std::to_string(i) + "]";
      checks_.identity(ids, path, account.id());
      const int channels = (account.has_email() ? 1 : 0) + (account.has_chat() ? 1 : 0) +
                           (account.has_social() ? 1 : 0) + (account.has_phone() ? 1 : 0);
      if (channels > 1) {
        checks_.add(path, "has more than one of email, chat, social and phone; make an account for each");
      } else if (channels == 0) {
        checks_.add(path, "has no channel; give it email, chat, social or phone");
      }
      if (account.has_email()) mailboxes(addresses, path + ".email", account.email());
      if (account.has_chat()) chat_account(path + ".chat", account.chat());
      if (account.has_social()) social_account(path + ".social", account.social());
      if (account.has_phone()) phone_account(path + ".phone", account.phone());
      checks_.range(path + ".reopen_within_days", account.reopen_within_days(), 0, 366);
      for (int j = 0; j < account.required_skills_size(); ++j) {
        checks_.skill(path + ".required_skills[" + std::to_string(j) + "]", account.required_skills(j));
      }
    }
  }

 private:
  void mailboxes(std::map<std::string, std::string>& seen, const std::string& path,
                 const v1::EmailAccount& email) {
    mailbox(seen, path + ".address", email.address());
    const std::string local = email.address().substr(0, email.address().rfind('@'));
    if (local.find('+') != std::string::npos) {
      checks_.add(
          path + ".address",
          "'" + email.address() + "' has a '+', which is where replies carry the mark of their thread");
    } else if (local.size() > kLocalBytesMax) {
      checks_.add(path + ".address", "'" + email.address() + "' has more than " +
                                         std::to_string(kLocalBytesMax) +
                                         " bytes before the '@'; what answers leave from, with the mark of "
                                         "their thread there, would be longer than mail servers take");
    }
    for (int i = 0; i < email.aliases_size(); ++i)
      mailbox(seen, path + ".aliases[" + std::to_string(i) + "]", email.aliases(i));
    if (!email.authserv_id().empty() && !is_host(email.authserv_id())) {
      checks_.add(path + ".authserv_id", "'" + email.authserv_id() + "' is not a host name");
    }
  }

  void mailbox(std::map<std::string, std::string>& seen, const std::string& field,
               const std::string& address) {
    if (address.empty()) {
      checks_.add(field, "is missing");
    } else if (const std::string_view problem = mailbox_problem(address); !problem.empty()) {
      checks_.add(field, "'" + address + "' " + std::string{problem});
    } else if (const auto [first, fresh] = seen.emplace(lower(address), field); !fresh) {
      checks_.add(field, "'" + address + "' is already " + first->second);
    }
  }

  void origin(const std::string& field, const std::string& text) {
    const bool good = text == "*" || (text.starts_with("https://") && is_endpoint(text.substr(8), false)) ||
                      (text.starts_with("http://") && is_endpoint(text.substr(7), false));
    if (!good)
      checks_.add(field,
                  "'" + text + "' is no origin; write it like https://shop.example.com, without a path");
  }

  void chat_account(const std::string& path, const v1::ChatAccount& chat) {
    for (int i = 0; i < chat.origins_size(); ++i)
      origin(path + ".origins[" + std::to_string(i) + "]", chat.origins(i));
    if (!chat.identity_secret().empty() && chat.identity_secret().size() < kIdentitySecretBytesMin) {
      checks_.add(path + ".identity_secret", "is too short to be a secret; take at least 16 characters");
    }
    if (chat.identity_required() && chat.identity_secret().empty()) {
      checks_.add(path + ".identity_required", "needs identity_secret, or nobody could come in");
    }
  }

  void social_account(const std::string& path, const v1::SocialAccount& social) {
    const auto& network = social.network();
    checks_.one_of(path + ".network", network,
                   {"telegram", "messenger", "instagram", "whatsapp", "viber", "vk"});
    const bool meta = network == "messenger" || network == "instagram" || network == "whatsapp";
    checks_.required(path + ".access_token", social.access_token());
    if (meta || network == "vk") checks_.required(path + ".own_id", social.own_id());
    if (meta || network == "vk") checks_.required(path + ".verify_token", social.verify_token());
    if (meta || network == "vk" || network == "telegram") checks_.secret(path + ".secret", social.secret());
    for (const auto& [field, value] :
         {std::pair{"own_id", social.own_id()}, {"access_token", social.access_token()}}) {
      if (!std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; }))
        checks_.add(path + "." + field, "has a space or another character that no network puts there");
    }
    if (social.human_agent() && network != "messenger" && network != "instagram")
      checks_.add(path + ".human_agent", "is only for messenger and instagram");
    if (!social.base_url().empty()) checks_.gateway(path + ".base_url", social.base_url());
    if (!social.public_url().empty()) checks_.gateway(path + ".public_url", social.public_url());
    checks_.range(path + ".per_second", social.per_second(), 0, 1000);
    if (social.templates_size() > 0 && network != "whatsapp")
      checks_.add(path + ".templates", "are only for whatsapp");
    for (int i = 0; i < social.templates_size(); ++i)
      message_template(path + ".templates[" + std::to_string(i) + "]", social.templates(i));
  }

  void message_template(const std::string& path, const v1::TemplateConfig& given) {
    checks_.required(path + ".name", given.name());
    checks_.required(path + ".language", given.language());
    checks_.required(path + ".text", given.text());
    const auto placeholders = placeholders_of(given.text());
    if (!placeholders.ok()) checks_.add(path + ".text", placeholders.error().message);
  }

  void phone_account(const std::string& path, const v1::PhoneAccount& phone) {
    checks_.one_of(path + ".kind", phone.kind(), {"ari", "twilio", "grpc"});
    const std::string& number = phone.number();
    if (number.size() < 8 || number.size() > 16 || number.front() != '+' ||
        !std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      checks_.add(path + ".number", "'" + number + "' is no number; write it like +37160000000");
    }
    if (phone.kind() == "ari") asterisk(path, phone);
    if (phone.kind() == "twilio") {
      checks_.required(path + ".user", phone.user());
      checks_.secret(path + ".password", phone.password());
      checks_.gateway(path + ".public_url", phone.public_url());
      if (!phone.base_url().empty()) checks_.gateway(path + ".base_url", phone.base_url());
    }
  }

  void asterisk(const std::string& path, const v1::PhoneAccount& phone) {
    checks_.required(path + ".user", phone.user());
    checks_.required(path + ".password", phone.password());
    const std::string& url = phone.base_url();
    const bool tls = url.starts_with("https://");
    const auto host = std::string_view{url}.substr(std::min<std::size_t>(url.size(), tls ? 8 : 7));
    if (!(tls || url.starts_with("http://")) || !is_endpoint(host, true)) {
      checks_.add(
          path + ".base_url",
          "'" + url + "' is not where an Asterisk is; write it like https://pbx:8089, or http://pbx:8088");
    }
    if (!tls && !phone.ca_file().empty())
      checks_.add(path + ".ca_file", "is of use only if base_url begins with https://");
    if (!phone.trunk().empty() && phone.trunk().find("{number}") == std::string::npos)
      checks_.add(path + ".trunk",
                  "'" + phone.trunk() + "' has no {number} in it; write it like PJSIP/{number}@trunk");
    if (!phone.app().empty() && !is_name(phone.app()))
      checks_.add(path + ".app", "'" + phone.app() + "' is no application's name: " + std::string{kNameRule});
  }

  const v1::Config& config_;
  Checks& checks_;
};

}  // namespace

void validate_accounts(const v1::Config& config, Checks& checks) { Accounts{config, checks}.check(); }

}  // namespace hark
