#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/config/canned_variables.h"
#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/config/names.h"
#include "base/core/template_text.h"

namespace hark {
namespace {

constexpr std::size_t kLocalPartBytesMax = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kAddressBytesMax = 254;   // RFC 5321 section 4.5.3.1.3, without the angle brackets
constexpr std::int64_t kMailBytesMin = 64 << 10;
constexpr std::size_t kIdentitySecretBytesMin = 16;
constexpr int kShardsMax = 64;
constexpr std::int64_t kMailBytesMax = 64 << 20;  // what the blob store takes

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

/// "billing" or "language:lv=5".
std::string skill_problem(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const bool named = !name.empty() && name.size() <= 64 && is_lower_or_digit(name.front()) &&
                     std::ranges::all_of(name, [](char c) {
                       return is_lower_or_digit(c) || c == ':' || c == '-' || c == '_' || c == '.';
                     });
  if (!named) return "a skill is written like billing or language:lv=5 (a-z, 0-9, ':', '-', '_', '.')";
  if (equals == std::string_view::npos) return "";
  const std::string_view level = text.substr(equals + 1);
  if (level.size() != 1 || level[0] < '1' || level[0] > '5') return "levels go from 1 to 5";
  return "";
}

class Validator {
 public:
  explicit Validator(const v1::Config& config) : config_{config} {}

  std::vector<ConfigProblem> run() {
    if (config_.data_dir().empty()) add("data_dir", "must name a folder");
    listen();
    redis();
    range("partitions", config_.partitions(), 1, 1024);
    accounts();
    shards();
    agents();
    routing();
    email();
    one_of("log.level", config_.log().level(), {"trace", "debug", "info", "warning", "error"});
    one_of("log.format", config_.log().format(), {"auto", "text", "json"});
    grpc();
    peer("peers.conversation", config_.peers().conversation());
    peer("peers.routing", config_.peers().routing());
    peer("peers.phone", config_.peers().phone());
    range("console.session_hours", config_.console().session_hours(), 1, 24 * 30);
    range("console.sockets_max", config_.console().sockets_max(), 1, 15'000);
    range("console.attachment_size_max", config_.console().attachment_size_max(), 1 << 10, kMailBytesMax);
    range("console.attachments_size_max", config_.console().attachments_size_max(), 1 << 10, kMailBytesMax);
    canned_replies();
    chat();
    phone();
    return std::move(problems_);
  }

 private:
  void add(std::string field, std::string what) { problems_.push_back({std::move(field), std::move(what)}); }

  void range(const std::string& field, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most) {
      add(field, std::to_string(value) + " is out of range; it goes from " + std::to_string(least) + " to " +
                     std::to_string(most));
    }
  }

  void one_of(const std::string& field, std::string_view value,
              std::initializer_list<std::string_view> choices) {
    if (std::ranges::find(choices, value) != choices.end()) return;
    std::string all;
    for (const std::string_view choice : choices) all += (all.empty() ? "" : ", ") + std::string{choice};
    add(field, "'" + std::string{value} + "' is not one of " + all);
  }

  void listen() {
    const v1::Listen& listen = config_.listen();
    const bool ipv6 = listen.host().find(':') != std::string::npos;
    if (!is_endpoint(ipv6 ? "[" + listen.host() + "]" : listen.host(), false)) {
      add("listen.host", "'" + listen.host() + "' is neither an address nor a host name");
    } else {
      demo_agents();
      demo_webhooks();
      open_to_others();
    }
    range("listen.port_base", listen.port_base(), 1, 65'533);
  }

  /// The demo password is public: it must not guard anything that strangers can reach.
  void demo_agents() {
    if (listens_on_loopback()) return;
    std::string names;
    for (const v1::AgentSeed& agent : config_.agents()) {
      if (agent.password() == kDemoPassword) names += (names.empty() ? "" : ", ") + agent.id();
    }
    if (names.empty()) return;
    add("listen.host", "'" + config_.listen().host() + "' lets others in, while " + names +
                           " still have the demo password that everybody knows; list your own under agents");
  }

  /// Nor may a public secret let strangers write as anybody.
  void demo_webhooks() {
    if (listens_on_loopback()) return;
    for (const v1::Account& account : config_.accounts()) {
      if (account.social().secret() != kDemoWebhookSecret) continue;
      add("listen.host", "'" + config_.listen().host() + "' lets others in, while account " + account.id() +
                             " still has the demo secret that everybody knows; list your own under accounts");
    }
  }

  [[nodiscard]] bool listens_on_loopback() const { return is_loopback(config_.listen().host()); }

  /// Calls change everything there is to change: over a network they come encrypted and from somebody known.
  void open_to_others() {
    const v1::Grpc& grpc = config_.grpc();
    if (!listens_on_loopback() && (grpc.certificate_file().empty() || grpc.token_file().empty())) {
      add("listen.host", "'" + config_.listen().host() +
                             "' lets others in; set grpc.certificate_file, key_file and token_file "
                             "(deploy/certificates makes them for a start)");
    }
  }

  void grpc() {
    const v1::Grpc& grpc = config_.grpc();
    if (grpc.certificate_file().empty() != grpc.key_file().empty()) {
      add("grpc." + std::string{grpc.key_file().empty() ? "key_file" : "certificate_file"},
          "is missing; certificate and key go together");
    }
    if (!grpc.token_file().empty() && grpc.certificate_file().empty() && grpc.ca_file().empty())
      add("grpc.token_file", "would travel in plaintext; set certificate_file, key_file and ca_file as well");
  }

  void redis() {
    const std::string& url = config_.redis().url();
    const bool good = url.empty() || (url.starts_with("unix:/") && url.size() > 6) ||
                      (url.starts_with("redis://") && is_endpoint(url.substr(8), true)) ||
                      (url.starts_with("rediss://") && is_endpoint(url.substr(9), true));
    if (url.find('@') != std::string::npos && !url.starts_with("unix:")) {
      add("redis.url", "has a user or password in it; put the password into redis.password");
    } else if (!good) {
      add("redis.url", "'" + url + "' is none of unix:/path, redis://host:port, rediss://host:port");
    }
    range("redis.connections", config_.redis().connections(), 1, 64);
  }

  void accounts() {
    std::map<std::string, std::string> ids;
    std::map<std::string, std::string> addresses;
    for (int i = 0; i < config_.accounts_size(); ++i) {
      const v1::Account& account = config_.accounts(i);
      const std::string path = "accounts[" + std::to_string(i) + "]";
      identity(ids, path, account.id());
      const int channels = (account.has_email() ? 1 : 0) + (account.has_chat() ? 1 : 0) +
                           (account.has_social() ? 1 : 0) + (account.has_phone() ? 1 : 0);
      if (channels > 1) {
        add(path, "has more than one of email, chat, social and phone; make an account for each");
      } else if (channels == 0) {
        add(path, "has no channel; give it email, chat, social or phone");
      }
      if (account.has_email()) mailboxes(addresses, path + ".email", account.email());
      if (account.has_chat()) chat_account(path + ".chat", account.chat());
      if (account.has_social()) social_account(path + ".social", account.social());
      if (account.has_phone()) phone_account(path + ".phone", account.phone());
      for (int j = 0; j < account.required_skills_size(); ++j) {
        skill(path + ".required_skills[" + std::to_string(j) + "]", account.required_skills(j));
      }
    }
  }

  void identity(std::map<std::string, std::string>& seen, const std::string& path, const std::string& id) {
    if (id.empty()) {
      add(path + ".id", "is missing");
    } else if (!is_name(id)) {
      add(path + ".id", "'" + id + "' is no id: " + std::string{kNameRule});
    } else if (const auto [first, fresh] = seen.emplace(id, path); !fresh) {
      add(path + ".id", "'" + id + "' is taken by " + first->second);
    }
  }

  void mailboxes(std::map<std::string, std::string>& seen, const std::string& path,
                 const v1::EmailAccount& email) {
    mailbox(seen, path + ".address", email.address());
    if (email.address().substr(0, email.address().rfind('@')).find('+') != std::string::npos) {
      add(path + ".address",
          "'" + email.address() + "' has a '+', which is where replies carry the mark of their thread");
    }
    for (int i = 0; i < email.aliases_size(); ++i)
      mailbox(seen, path + ".aliases[" + std::to_string(i) + "]", email.aliases(i));
    if (!email.authserv_id().empty() && !is_host(email.authserv_id())) {
      add(path + ".authserv_id", "'" + email.authserv_id() + "' is not a host name");
    }
  }

  void mailbox(std::map<std::string, std::string>& seen, const std::string& field,
               const std::string& address) {
    if (address.empty()) {
      add(field, "is missing");
    } else if (const std::string_view problem = mailbox_problem(address); !problem.empty()) {
      add(field, "'" + address + "' " + std::string{problem});
    } else if (const auto [first, fresh] = seen.emplace(lower(address), field); !fresh) {
      add(field, "'" + address + "' is already " + first->second);
    }
  }

  void origin(const std::string& field, const std::string& text) {
    const bool good = text == "*" || (text.starts_with("https://") && is_endpoint(text.substr(8), false)) ||
                      (text.starts_with("http://") && is_endpoint(text.substr(7), false));
    if (!good)
      add(field, "'" + text + "' is no origin; write it like https://shop.example.com, without a path");
  }

  void chat_account(const std::string& path, const v1::ChatAccount& chat) {
    for (int i = 0; i < chat.origins_size(); ++i)
      origin(path + ".origins[" + std::to_string(i) + "]", chat.origins(i));
    if (!chat.identity_secret().empty() && chat.identity_secret().size() < kIdentitySecretBytesMin) {
      add(path + ".identity_secret", "is too short to be a secret; take at least 16 characters");
    }
    if (chat.identity_required() && chat.identity_secret().empty()) {
      add(path + ".identity_required", "needs identity_secret, or nobody could come in");
    }
  }

  void social_account(const std::string& path, const v1::SocialAccount& social) {
    const auto& network = social.network();
    one_of(path + ".network", network, {"telegram", "messenger", "instagram", "whatsapp", "viber", "vk"});
    const bool meta = network == "messenger" || network == "instagram" || network == "whatsapp";
    required(path + ".access_token", social.access_token());
    if (meta || network == "vk") required(path + ".own_id", social.own_id());
    if (meta || network == "vk") required(path + ".verify_token", social.verify_token());
    if (meta || network == "vk" || network == "telegram") secret(path + ".secret", social.secret());
    for (const auto& [field, value] :
         {std::pair{"own_id", social.own_id()}, {"access_token", social.access_token()}}) {
      if (!std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; }))
        add(path + "." + field, "has a space or another character that no network puts there");
    }
    if (social.human_agent() && network != "messenger" && network != "instagram")
      add(path + ".human_agent", "is only for messenger and instagram");
    if (!social.base_url().empty()) gateway(path + ".base_url", social.base_url());
    if (!social.public_url().empty()) gateway(path + ".public_url", social.public_url());
    range(path + ".per_second", social.per_second(), 0, 1000);
    if (social.templates_size() > 0 && network != "whatsapp")
      add(path + ".templates", "are only for whatsapp");
    for (int i = 0; i < social.templates_size(); ++i)
      message_template(path + ".templates[" + std::to_string(i) + "]", social.templates(i));
  }

  void message_template(const std::string& path, const v1::TemplateConfig& given) {
    required(path + ".name", given.name());
    required(path + ".language", given.language());
    required(path + ".text", given.text());
    const auto placeholders = placeholders_of(given.text());
    if (!placeholders.ok()) add(path + ".text", placeholders.error().message);
  }

  /// What carries secrets goes over TLS, or stays on this machine.
  void gateway(const std::string& field, const std::string& url) {
    const auto host = std::string_view{url}.substr(std::min(url.size(), url.find("://") + 3));
    const bool plain = url.starts_with("http://") && is_loopback(host.substr(0, host.find(':')));
    if (!is_endpoint(host, false) || !(url.starts_with("https://") || plain)) {
      add(field, "'" + url +
                     "' is no gateway; write it like https://host or https://host:port "
                     "(http only on this machine)");
    }
  }

  void phone_account(const std::string& path, const v1::PhoneAccount& phone) {
    one_of(path + ".kind", phone.kind(), {"ari", "twilio", "grpc"});
    const std::string& number = phone.number();
    if (number.size() < 8 || number.size() > 16 || number.front() != '+' ||
        !std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      add(path + ".number", "'" + number + "' is no number; write it like +37160000000");
    }
    if (phone.kind() == "ari") asterisk(path, phone);
    if (phone.kind() == "twilio") {
      required(path + ".user", phone.user());
      secret(path + ".password", phone.password());
      gateway(path + ".public_url", phone.public_url());
      if (!phone.base_url().empty()) gateway(path + ".base_url", phone.base_url());
    }
  }

  void asterisk(const std::string& path, const v1::PhoneAccount& phone) {
    required(path + ".user", phone.user());
    required(path + ".password", phone.password());
    const std::string& url = phone.base_url();
    const bool tls = url.starts_with("https://");
    const auto host = std::string_view{url}.substr(std::min<std::size_t>(url.size(), tls ? 8 : 7));
    if (!(tls || url.starts_with("http://")) || !is_endpoint(host, true)) {
      add(path + ".base_url",
          "'" + url + "' is not where an Asterisk is; write it like https://pbx:8089, or http://pbx:8088");
    }
    if (!tls && !phone.ca_file().empty())
      add(path + ".ca_file", "is of use only if base_url begins with https://");
    if (!phone.trunk().empty() && phone.trunk().find("{number}") == std::string::npos)
      add(path + ".trunk",
          "'" + phone.trunk() + "' has no {number} in it; write it like PJSIP/{number}@trunk");
    if (!phone.app().empty() && !is_name(phone.app()))
      add(path + ".app", "'" + phone.app() + "' is no application's name: " + std::string{kNameRule});
  }

  void phone() {
    const v1::Phone& phone = config_.phone();
    range("phone.ring_seconds", phone.ring_seconds(), 5, 120);
    range("phone.return_seconds", phone.return_seconds(), 0, 24 * 3600);
    range("phone.voicemail_after_seconds", phone.voicemail_after_seconds(), 0, 3600);
    range("phone.announce_every_seconds", phone.announce_every_seconds(), 0, 3600);
    range("phone.callback_tries", phone.callback_tries(), 1, 20);
    range("phone.callback_retry_minutes", phone.callback_retry_minutes(), 1, 24 * 60);
    const std::string& hours = phone.callback_hours();
    const auto minutes = [&](std::size_t at) {  // -1: no time of day
      int hour = -1, minute = -1;
      std::from_chars(hours.data() + at, hours.data() + at + 2, hour);
      std::from_chars(hours.data() + at + 3, hours.data() + at + 5, minute);
      const bool good =
          hours[at + 2] == ':' && hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= 24 * 60;
      return good ? hour * 60 + minute : -1;
    };
    if (hours.size() != 11 || hours[5] != '-' || minutes(0) < 0 || minutes(6) <= minutes(0))
      add("phone.callback_hours", "'" + hours + "' are no hours of a day; write them like 09:00-20:00");
    const std::string& region = phone.region();
    if (!region.empty() &&
        (region.size() != 2 || !std::ranges::all_of(region, [](char c) { return c >= 'A' && c <= 'Z'; }))) {
      add("phone.region", "'" + region + "' is no country; write it like LV");
    }
  }

  void required(const std::string& field, const std::string& value) {
    if (value.empty()) add(field, "is missing");
  }

  void secret(const std::string& field, const std::string& value) {
    if (value.size() < kIdentitySecretBytesMin)
      add(field, "is too short to be a secret; it has at least 16 characters");
  }

  void chat() {
    const v1::Chat& chat = config_.chat();
    range("chat.sockets_max", chat.sockets_max(), 1, 100'000);
    range("chat.file_size_max", chat.file_size_max(), 1 << 10, kMailBytesMax);
    range("chat.messages_per_minute", chat.messages_per_minute(), 1, 100'000);
    range("chat.messages_per_minute_and_address", chat.messages_per_minute_and_address(), 1, 1'000'000);
    range("chat.session_days", chat.session_days(), 1, 3650);
    range("chat.idle_minutes", chat.idle_minutes(), 1, 60 * 24);
    range("chat.offer_switch_after_seconds", chat.offer_switch_after_seconds(), 0, 30 * 24 * 3600);
  }

  void skill(const std::string& field, const std::string& text) {
    if (const std::string problem = skill_problem(text); !problem.empty())
      add(field, "'" + text + "': " + problem);
  }

  void agents() {
    std::map<std::string, std::string> ids;
    for (int i = 0; i < config_.agents_size(); ++i) {
      const v1::AgentSeed& agent = config_.agents(i);
      const std::string path = "agents[" + std::to_string(i) + "]";
      identity(ids, path, agent.id());
      if (agent.password().empty()) {
        add(path + ".password", "is missing");
      }
      one_of(path + ".role", agent.role(), {"agent", "supervisor", "administrator"});
      range(path + ".capacity_units", agent.capacity_units(), 0, 1000);
      range(path + ".caps.email", agent.caps().email(), 0, 1000);
      range(path + ".caps.chat", agent.caps().chat(), 0, 1000);
      range(path + ".caps.social", agent.caps().social(), 0, 1000);
      range(path + ".caps.phone", agent.caps().phone(), 0, 1000);
      if (!agent.shard().empty() &&
          std::ranges::find(config_.shards(), agent.shard()) == config_.shards().end())
        add(path + ".shard", "there is no shard '" + agent.shard() + "' in shards");
      std::map<std::string, std::string> skills;
      for (int j = 0; j < agent.skills_size(); ++j) {
        const std::string field = path + ".skills[" + std::to_string(j) + "]";
        skill(field, agent.skills(j));
        const std::string name = agent.skills(j).substr(0, agent.skills(j).find('='));
        if (!skills.emplace(name, field).second) add(field, "'" + name + "' is given twice");
      }
    }
  }

  void shards() {
    std::map<std::string, std::string> seen;
    for (int i = 0; i < config_.shards_size(); ++i)
      shard_name(seen, "shards[" + std::to_string(i) + "]", config_.shards(i));
    if (config_.shards_size() > kShardsMax) add("shards", "more than " + std::to_string(kShardsMax));
  }

  void shard_name(std::map<std::string, std::string>& seen, const std::string& path,
                  const std::string& name) {
    if (!is_name(name)) add(path, "'" + name + "' is no name: " + std::string{kNameRule});
    if (const auto [first, fresh] = seen.emplace(name, path); !fresh)
      add(path, "'" + name + "' is taken by " + first->second);
  }

  void routing() {
    const v1::Routing& routing = config_.routing();
    range("routing.accept_timeout_seconds", routing.accept_timeout_seconds(), 1, 3600);
    range("routing.disconnect_grace_seconds", routing.disconnect_grace_seconds(), 0, 3600);
    one_of("routing.gone_policy", routing.gone_policy(), {"requeue", "keep"});
    range("routing.email_units", routing.email_units(), 1, 1000);
    range("routing.chat_units", routing.chat_units(), 1, 1000);
    range("routing.social_units", routing.social_units(), 1, 1000);
    range("routing.phone_units", routing.phone_units(), 1, 1000);
    range("routing.missed_offers_until_away", routing.missed_offers_until_away(), 0, 100);
    range("routing.wrap_up_seconds", routing.wrap_up_seconds(), 0, 3600);
    range("routing.answer_target_seconds", routing.answer_target_seconds(), 1, 30 * 24 * 3600);
  }

  void canned_replies() {
    const v1::Console& console = config_.console();
    std::map<std::string, std::string> ids;
    for (int i = 0; i < console.canned_replies_size(); ++i) {
      const v1::CannedReply& reply = console.canned_replies(i);
      const std::string path = "console.canned_replies[" + std::to_string(i) + "]";
      identity(ids, path, reply.id());
      if (reply.title().empty()) add(path + ".title", "is missing");
      if (reply.text().empty()) add(path + ".text", "is missing");
      if (!reply.language().empty() && !is_name(reply.language()))
        add(path + ".language", "'" + reply.language() + "' is no language; write it like lv");
      for (const std::string& problem : variable_problems(reply.text())) add(path + ".text", problem);
    }
  }

  void email() {
    const v1::Email& email = config_.email();
    const v1::Relay& relay = email.relay();
    const bool good = relay.url().empty() ||
                      (relay.url().starts_with("smtp://") && is_endpoint(relay.url().substr(7), false)) ||
                      (relay.url().starts_with("smtps://") && is_endpoint(relay.url().substr(8), false));
    if (relay.url().find('@') != std::string::npos) {
      add("email.relay.url",
          "has a user or password in it; put them into email.relay.user and email.relay.password");
    } else if (!good) {
      add("email.relay.url", "'" + relay.url() + "' is neither smtp://host:port nor smtps://host:port");
    }
    if (relay.user().empty() != relay.password().empty()) {
      add("email.relay." + std::string{relay.user().empty() ? "user" : "password"},
          "is missing; user and password go together");
    }
    range("email.relay.connections", relay.connections(), 1, 64);
    range("email.message_size_max", email.message_size_max(), kMailBytesMin, kMailBytesMax);
    range("email.sessions_max", email.sessions_max(), 1, 10'000);
    range("email.retry_hours_max", email.retry_hours_max(), 1, 24 * 14);
  }

  void peer(const std::string& field, const std::string& address) {
    const bool good = address.empty() || (address.starts_with("unix:/") && address.size() > 6) ||
                      is_endpoint(address, true);
    if (!good) {
      add(field, "'" + address + "' is neither host:port nor unix:/path");
    } else if (address.find(':') != std::string::npos && !address.starts_with("unix:") &&
               !is_loopback(address.substr(0, address.rfind(':'))) && config_.grpc().ca_file().empty()) {
      add(field, "'" + address + "' is another machine; set grpc.ca_file and token_file");
    }
  }

  const v1::Config& config_;
  std::vector<ConfigProblem> problems_;
};

}  // namespace

std::vector<ConfigProblem> validate(const v1::Config& config) { return Validator{config}.run(); }

}  // namespace hark
