#include "base/config/defaults.h"
#include "base/config/config.h"

namespace hark {
namespace {

void add_accounts(v1::Config& config) {
  v1::Account& support = *config.add_accounts();
  support.set_id("support");
  support.set_name("Support");
  support.mutable_email()->set_address("support@hark.localhost");

  v1::Account& site = *config.add_accounts();
  site.set_id("site");
  site.set_name("Chat on our site");
  site.mutable_chat()->add_origins("http://localhost:7470");

  // Leads nowhere outside: what answers on this port is for trying it out.
  v1::Account& bot = *config.add_accounts();
  bot.set_id("bot");
  bot.set_name("Our bot");
  v1::SocialAccount& social = *bot.mutable_social();
  social.set_network("telegram");
  social.set_access_token("0:demo");
  social.set_secret(std::string{kDemoWebhookSecret});
  social.set_base_url("http://127.0.0.1:7479");

  v1::Account& line = *config.add_accounts();
  line.set_id("line");
  line.set_name("Our number");
  line.mutable_phone()->set_kind("grpc");
  line.mutable_phone()->set_number("+37160000000");
}

void add_agent(v1::Config& config, const char* id, const char* name, const char* role,
               std::initializer_list<const char*> skills) {
  v1::AgentSeed& agent = *config.add_agents();
  set_defaults(agent);
  agent.set_id(id);
  agent.set_name(name);
  agent.set_password(std::string{kDemoPassword});
  agent.set_role(role);
  agent.set_phone(id);
  for (const char* skill : skills) agent.add_skills(skill);
}

/// One of each, to begin from. None names another, for a file replaces each list by itself.
void add_policies(v1::Routing& routing) {
  v1::BusinessHours& office = *routing.add_hours();
  office.set_id("office");
  office.set_time_zone("Europe/Riga");
  office.add_open("mon-fri 09:00-18:00");

  v1::SlaPolicy& calls = *routing.add_sla();
  calls.set_id("calls");
  calls.add_channels("phone");
  calls.set_first_response_minutes(1);
  calls.add_warn_at_percent(50);

  v1::RoutingHoldState& customer = *routing.add_hold_states();
  customer.set_id("customer");
  customer.set_name("Waiting for the customer");
  v1::RoutingHoldState& other = *routing.add_hold_states();
  other.set_id("third_party");
  other.set_name("Waiting for somebody else");
  for (v1::RoutingHoldState* state : {&customer, &other}) {
    state->set_longest_minutes(72 * 60);
    state->set_frees_capacity(true);
    for (const char* clock : {"first_response", "next_response", "update"}) state->add_resets(clock);
    state->add_pauses("resolution");
  }
  customer.add_pauses("requester_wait");

  v1::TopicConfig& billing = *routing.add_topics();
  billing.set_id("billing");
  for (const char* words : {"invoice*", "faktur*", "rēķin*", "счёт*", "счет*"}) billing.add_words(words);

  v1::CustomerTier& vip = *routing.add_tiers();
  vip.set_id("vip");
  vip.add_addresses("@vip.example");
  vip.set_priority_points(20);
}

void add_canned_replies(v1::Console& console) {
  v1::CannedReply& thanks = *console.add_canned_replies();
  thanks.set_id("looking");
  thanks.set_title("We are looking into it");
  thanks.set_text(
      "Dear {{customer_name}},\n\nthank you for your message about \"{{subject}}\". I am looking into it and "
      "will write to you as soon as I know more.\n\n{{agent_name}}\n{{account_name}}");
}

}  // namespace

void set_defaults(v1::AgentSeed& agent) {
  agent.set_role("agent");
  agent.set_capacity_units(5);
}

v1::Config default_config() {
  v1::Config config;
  config.set_data_dir("./data");
  config.mutable_listen()->set_host("127.0.0.1");
  config.mutable_listen()->set_port_base(7470);
  config.mutable_redis()->set_connections(4);
  config.set_partitions(64);

  add_accounts(config);
  add_agent(config, "ana", "Ana", "agent", {"billing=4", "language:en=5", "language:lv=5"});
  config.mutable_agents(0)->mutable_caps();  // so that they are documented
  add_agent(config, "ben", "Ben", "agent", {"technical=4", "language:en=5", "language:de=4"});
  add_agent(config, "sam", "Sam", "supervisor", {"language:en=5"});

  v1::Routing& routing = *config.mutable_routing();
  routing.set_accept_timeout_seconds(30);
  routing.set_disconnect_grace_seconds(20);
  routing.set_gone_policy("requeue");
  routing.set_email_units(1);
  routing.set_chat_units(2);
  routing.set_social_units(1);
  routing.set_phone_units(5);
  routing.set_missed_offers_until_away(2);
  routing.set_answer_target_seconds(300);
  routing.set_wrap_up("timed");
  v1::RoutingChannels& channels = *routing.mutable_channels();
  channels.mutable_email();
  channels.mutable_chat();
  channels.mutable_social();
  // Nobody takes two calls at once; who only has letters to answer can take one.
  v1::RoutingChannel& calls = *channels.mutable_phone();
  calls.set_tickets_max(1);
  calls.add_interrupts("email");
  calls.add_interrupts("social");
  routing.set_live_wait_seconds(20);
  routing.set_waking_wait_seconds(300);
  routing.set_declined_again_seconds(60);
  routing.set_affinity_hours(72);
  v1::TriageConfig& triage = *routing.mutable_triage();
  triage.set_displeased_points(10);
  triage.set_complaint_points(20);
  triage.set_urgent_points(10);
  triage.set_repeat_contact_points(5);
  triage.set_repeat_contact_days(7);
  triage.set_service_timeout_ms(2000);
  add_policies(routing);

  v1::Email& email = *config.mutable_email();
  email.mutable_relay()->set_require_tls(true);
  email.mutable_threading()->set_address_token(true);
  email.mutable_threading()->set_message_id_token(true);
  email.mutable_threading()->set_references(true);
  email.mutable_relay()->set_connections(4);
  email.set_message_size_max(25 << 20);
  email.set_sessions_max(100);
  email.set_retry_hours_max(48);

  config.mutable_log()->set_level("info");
  config.mutable_log()->set_format("auto");
  config.mutable_peers();
  v1::Console& console = *config.mutable_console();
  console.set_session_hours(12);
  console.set_sockets_max(1000);
  console.set_attachment_size_max(16 << 20);
  console.set_attachments_size_max(20 << 20);
  add_canned_replies(console);

  v1::Chat& chat = *config.mutable_chat();
  chat.set_sockets_max(5000);
  chat.set_file_size_max(10 << 20);
  chat.set_messages_per_minute(30);
  chat.set_messages_per_minute_and_address(300);
  chat.set_sockets_per_visitor(20);
  chat.set_sockets_per_address(1000);
  chat.set_upload_size_per_hour(std::int64_t{200} << 20);
  chat.set_upload_size_per_hour_and_address(std::int64_t{2} << 30);
  chat.set_session_days(90);
  chat.set_idle_minutes(240);
  chat.set_offer_switch_after_seconds(600);
  v1::Phone& phone = *config.mutable_phone();
  phone.set_ring_seconds(20);
  phone.set_return_seconds(900);
  phone.set_callback_tries(3);
  phone.set_callback_retry_minutes(15);
  phone.set_callback_hours("09:00-20:00");
  config.mutable_grpc();
  return config;
}

}  // namespace hark
