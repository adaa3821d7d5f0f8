#include <algorithm>
#include <charconv>
#include <map>

#include "base/config/canned_variables.h"
#include "base/config/checks.h"
#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/config/names.h"

namespace hark {
namespace {

constexpr std::int64_t kMailBytesMin = 64 << 10;
constexpr int kShardsMax = 64;
constexpr std::int64_t kMailBytesMax = 64 << 20;  // what the blob store takes

class Validator {
 public:
  explicit Validator(const v1::Config& config) : config_{config} {}

  std::vector<ConfigProblem> run() {
    if (config_.data_dir().empty()) checks_.add("data_dir", "must name a folder");
    listen();
    redis();
    checks_.range("partitions", config_.partitions(), 1, 1024);
    validate_accounts(config_, checks_);
    shards();
    agents();
    routing();
    email();
    checks_.one_of("log.level", config_.log().level(), {"trace", "debug", "info", "warning", "error"});
    checks_.one_of("log.format", config_.log().format(), {"auto", "text", "json"});
    grpc();
    peer("peers.conversation", config_.peers().conversation());
    peer("peers.routing", config_.peers().routing());
    peer("peers.phone", config_.peers().phone());
    checks_.range("console.session_hours", config_.console().session_hours(), 1, 24 * 30);
    checks_.range("console.sockets_max", config_.console().sockets_max(), 1, 15'000);
    checks_.range("console.attachment_size_max", config_.console().attachment_size_max(), 1 << 10,
                  kMailBytesMax);
    checks_.range("console.attachments_size_max", config_.console().attachments_size_max(), 1 << 10,
                  kMailBytesMax);
    canned_replies();
    chat();
    phone();
    return checks_.take();
  }

 private:
  void listen() {
    const v1::Listen& listen = config_.listen();
    if (!is_ip_address(listen.host())) {
      checks_.add("listen.host",
                  "'" + listen.host() +
                      "' is no address; write one of this machine's, like 127.0.0.1 or ::1, or "
                      "0.0.0.0 or :: for all of them");
    } else {
      demo_agents();
      demo_webhooks();
      open_to_others();
    }
    checks_.range("listen.port_base", listen.port_base(), 1, 65'533);
  }

  /// The demo password is public: it must not guard anything that strangers can reach.
  void demo_agents() {
    if (listens_on_loopback()) return;
    std::string names;
    for (const v1::AgentSeed& agent : config_.agents()) {
      if (agent.password() == kDemoPassword) names += (names.empty() ? "" : ", ") + agent.id();
    }
    if (names.empty()) return;
    checks_.add("listen.host",
                "'" + config_.listen().host() + "' lets others in, while " + names +
                    " still have the demo password that everybody knows; list your own under agents");
  }

  /// Nor may a public secret let strangers write as anybody.
  void demo_webhooks() {
    if (listens_on_loopback()) return;
    for (const v1::Account& account : config_.accounts()) {
      if (account.social().secret() != kDemoWebhookSecret) continue;
      checks_.add("listen.host",
                  "'" + config_.listen().host() + "' lets others in, while account " + account.id() +
                      " still has the demo secret that everybody knows; list your own under accounts");
    }
  }

  [[nodiscard]] bool listens_on_loopback() const { return is_loopback(config_.listen().host()); }

  /// Calls change everything there is to change: over a network they come encrypted and from somebody known.
  void open_to_others() {
    const v1::Grpc& grpc = config_.grpc();
    if (!listens_on_loopback() && (grpc.certificate_file().empty() || grpc.token_file().empty())) {
      checks_.add("listen.host", "'" + config_.listen().host() +
                                     "' lets others in; set grpc.certificate_file, key_file and token_file "
                                     "(deploy/certificates makes them for a start)");
    }
  }

  void grpc() {
    const v1::Grpc& grpc = config_.grpc();
    if (grpc.certificate_file().empty() != grpc.key_file().empty()) {
      checks_.add("grpc." + std::string{grpc.key_file().empty() ? "key_file" : "certificate_file"},
                  "is missing; certificate and key go together");
    }
    if (!grpc.token_file().empty() && grpc.certificate_file().empty() && grpc.ca_file().empty())
      checks_.add("grpc.token_file",
                  "would travel in plaintext; set certificate_file, key_file and ca_file as well");
  }

  void redis() {
    const std::string& url = config_.redis().url();
    const bool good = url.empty() || (url.starts_with("unix:/") && url.size() > 6) ||
                      (url.starts_with("redis://") && is_endpoint(url.substr(8), true)) ||
                      (url.starts_with("rediss://") && is_endpoint(url.substr(9), true));
    if (url.find('@') != std::string::npos && !url.starts_with("unix:")) {
      checks_.add("redis.url", "has a user or password in it; put the password into redis.password");
    } else if (!good) {
      checks_.add("redis.url", "'" + url + "' is none of unix:/path, redis://host:port, rediss://host:port");
    }
    checks_.range("redis.connections", config_.redis().connections(), 1, 64);
  }

  void phone() {
    const v1::Phone& phone = config_.phone();
    checks_.range("phone.ring_seconds", phone.ring_seconds(), 5, 120);
    checks_.range("phone.return_seconds", phone.return_seconds(), 0, 24 * 3600);
    checks_.range("phone.voicemail_after_seconds", phone.voicemail_after_seconds(), 0, 3600);
    checks_.range("phone.announce_every_seconds", phone.announce_every_seconds(), 0, 3600);
    checks_.range("phone.callback_tries", phone.callback_tries(), 1, 20);
    checks_.range("phone.callback_retry_minutes", phone.callback_retry_minutes(), 1, 24 * 60);
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
      checks_.add("phone.callback_hours",
                  "'" + hours + "' are no hours of a day; write them like 09:00-20:00");
    const std::string& region = phone.region();
    if (!region.empty() &&
        (region.size() != 2 || !std::ranges::all_of(region, [](char c) { return c >= 'A' && c <= 'Z'; }))) {
      checks_.add("phone.region", "'" + region + "' is no country; write it like LV");
    }
  }

  void chat() {
    const v1::Chat& chat = config_.chat();
    checks_.range("chat.sockets_max", chat.sockets_max(), 1, 100'000);
    checks_.range("chat.file_size_max", chat.file_size_max(), 1 << 10, kMailBytesMax);
    checks_.range("chat.messages_per_minute", chat.messages_per_minute(), 1, 100'000);
    checks_.range("chat.messages_per_minute_and_address", chat.messages_per_minute_and_address(), 1,
                  1'000'000);
    checks_.range("chat.sockets_per_visitor", chat.sockets_per_visitor(), 1, 100'000);
    checks_.range("chat.sockets_per_address", chat.sockets_per_address(), 1, 100'000);
    // The largest file must fit in.
    const auto upload_min = std::max<std::int64_t>(chat.file_size_max(), 4 << 20);
    constexpr std::int64_t kUploadMax = std::int64_t{1} << 40;
    checks_.range("chat.upload_size_per_hour", chat.upload_size_per_hour(), upload_min, kUploadMax);
    checks_.range("chat.upload_size_per_hour_and_address", chat.upload_size_per_hour_and_address(),
                  upload_min, kUploadMax);
    checks_.range("chat.session_days", chat.session_days(), 1, 3650);
    checks_.range("chat.idle_minutes", chat.idle_minutes(), 1, 60 * 24);
    checks_.range("chat.offer_switch_after_seconds", chat.offer_switch_after_seconds(), 0, 30 * 24 * 3600);
  }

  void agents() {
    std::map<std::string, std::string> ids;
    for (int i = 0; i < config_.agents_size(); ++i) {
      const v1::AgentSeed& agent = config_.agents(i);
      const std::string path = "agents[" + std::to_string(i) + "]";
      checks_.identity(ids, path, agent.id());
      if (agent.password().empty()) {
        checks_.add(path + ".password", "is missing");
      }
      checks_.one_of(path + ".role", agent.role(), {"agent", "supervisor", "administrator"});
      checks_.range(path + ".capacity_units", agent.capacity_units(), 0, 1000);
      checks_.range(path + ".caps.email", agent.caps().email(), 0, 1000);
      checks_.range(path + ".caps.chat", agent.caps().chat(), 0, 1000);
      checks_.range(path + ".caps.social", agent.caps().social(), 0, 1000);
      checks_.range(path + ".caps.phone", agent.caps().phone(), 0, 1000);
      if (!agent.shard().empty() &&
          std::ranges::find(config_.shards(), agent.shard()) == config_.shards().end())
        checks_.add(path + ".shard", "there is no shard '" + agent.shard() + "' in shards");
      for (int j = 0; j < agent.groups_size(); ++j)
        group(path + ".groups[" + std::to_string(j) + "]", agent.groups(j));
      std::map<std::string, std::string> skills;
      for (int j = 0; j < agent.skills_size(); ++j) {
        const std::string field = path + ".skills[" + std::to_string(j) + "]";
        checks_.skill(field, agent.skills(j));
        const std::string name = agent.skills(j).substr(0, agent.skills(j).find('='));
        if (!skills.emplace(name, field).second) checks_.add(field, "'" + name + "' is given twice");
      }
    }
  }

  /// As requirements name it, but for their "group:".
  void group(const std::string& field, const std::string& name) {
    constexpr std::string_view kPrefix = "group:";
    if (name.starts_with(kPrefix))
      checks_.add(field, "'" + name + "': write " + name.substr(kPrefix.size()) +
                             "; only requirements have group: before it");
    else if (!is_name(name))
      checks_.add(field, "'" + name + "' is no group: " + std::string{kNameRule});
  }

  void shards() {
    std::map<std::string, std::string> seen;
    for (int i = 0; i < config_.shards_size(); ++i)
      shard_name(seen, "shards[" + std::to_string(i) + "]", config_.shards(i));
    if (config_.shards_size() > kShardsMax) checks_.add("shards", "more than " + std::to_string(kShardsMax));
  }

  void shard_name(std::map<std::string, std::string>& seen, const std::string& path,
                  const std::string& name) {
    if (!is_name(name)) checks_.add(path, "'" + name + "' is no name: " + std::string{kNameRule});
    if (const auto [first, fresh] = seen.emplace(name, path); !fresh)
      checks_.add(path, "'" + name + "' is taken by " + first->second);
  }

  void routing() {
    const v1::Routing& routing = config_.routing();
    checks_.range("routing.accept_timeout_seconds", routing.accept_timeout_seconds(), 1, 24 * 3600);
    checks_.range("routing.disconnect_grace_seconds", routing.disconnect_grace_seconds(), 0, 3600);
    checks_.one_of("routing.gone_policy", routing.gone_policy(), {"requeue", "keep"});
    checks_.range("routing.email_units", routing.email_units(), 1, 1000);
    checks_.range("routing.chat_units", routing.chat_units(), 1, 1000);
    checks_.range("routing.social_units", routing.social_units(), 1, 1000);
    checks_.range("routing.phone_units", routing.phone_units(), 1, 1000);
    checks_.range("routing.missed_offers_until_away", routing.missed_offers_until_away(), 0, 100);
    checks_.range("routing.wrap_up_seconds", routing.wrap_up_seconds(), 0, 3600);
    checks_.range("routing.answer_target_seconds", routing.answer_target_seconds(), 1, 30 * 24 * 3600);
    if (const std::string& service = routing.triage().service();
        !service.empty() && !is_endpoint(service, true))
      checks_.add("routing.triage.service",
                  "'" + service + "' is not where a service is; write it like host:port");
  }

  void canned_replies() {
    const v1::Console& console = config_.console();
    std::map<std::string, std::string> ids;
    for (int i = 0; i < console.canned_replies_size(); ++i) {
      const v1::CannedReply& reply = console.canned_replies(i);
      const std::string path = "console.canned_replies[" + std::to_string(i) + "]";
      checks_.identity(ids, path, reply.id());
      if (reply.title().empty()) checks_.add(path + ".title", "is missing");
      if (reply.text().empty()) checks_.add(path + ".text", "is missing");
      if (!reply.language().empty() && !is_name(reply.language()))
        checks_.add(path + ".language", "'" + reply.language() + "' is no language; write it like lv");
      for (const std::string& problem : variable_problems(reply.text())) checks_.add(path + ".text", problem);
    }
  }

  void email() {
    const v1::Email& email = config_.email();
    const v1::Relay& relay = email.relay();
    const bool good = relay.url().empty() ||
                      (relay.url().starts_with("smtp://") && is_endpoint(relay.url().substr(7), false)) ||
                      (relay.url().starts_with("smtps://") && is_endpoint(relay.url().substr(8), false));
    if (relay.url().find('@') != std::string::npos) {
      checks_.add("email.relay.url",
                  "has a user or password in it; put them into email.relay.user and email.relay.password");
    } else if (!good) {
      checks_.add("email.relay.url",
                  "'" + relay.url() + "' is neither smtp://host:port nor smtps://host:port");
    }
    if (relay.user().empty() != relay.password().empty()) {
      checks_.add("email.relay." + std::string{relay.user().empty() ? "user" : "password"},
                  "is missing; user and password go together");
    }
    checks_.range("email.relay.connections", relay.connections(), 1, 64);
    checks_.range("email.message_size_max", email.message_size_max(), kMailBytesMin, kMailBytesMax);
    checks_.range("email.sessions_max", email.sessions_max(), 1, 10'000);
    checks_.range("email.retry_hours_max", email.retry_hours_max(), 1, 24 * 14);
  }

  void peer(const std::string& field, const std::string& address) {
    const bool good = address.empty() || (address.starts_with("unix:/") && address.size() > 6) ||
                      is_endpoint(address, true);
    if (!good) {
      checks_.add(field, "'" + address + "' is neither host:port nor unix:/path");
    } else if (address.find(':') != std::string::npos && !address.starts_with("unix:") &&
               !is_loopback(address.substr(0, address.rfind(':'))) && config_.grpc().ca_file().empty()) {
      checks_.add(field, "'" + address + "' is another machine; set grpc.ca_file and token_file");
    }
  }

  const v1::Config& config_;
  Checks checks_;
};

}  // namespace

std::vector<ConfigProblem> validate(const v1::Config& config) { return Validator{config}.run(); }

}  // namespace hark
