#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hark/v1/agent.pb.h"
#include "hark/v1/config.pb.h"
#include "hark/v1/conversation.pb.h"
#include "hark/v1/routing_service.pb.h"
#include "routing/core/input.h"
#include "routing/core/router.h"
#include "routing/core/shards.h"
#include "routing/core/triage.h"
#include "routing/labels.h"
#include "routing/policies.h"
#include "routing/redis/rules.h"

namespace hark::routing {

/// What the configuration says of routing.
struct Rules {
  /// With the queues of all shards.
  Settings settings;
  Shards shards;
  /// Units that a ticket costs, unless it is about a topic that says otherwise.
  std::map<v1::Channel, int> units;
  Labels labels;
  std::map<std::string, AccountPolicy, std::less<>> accounts;
  /// Hours, targets, topics, tiers; null: none of it.
  std::shared_ptr<Policies> policies;
  /// Account -> the queue that its tickets go into.
  std::map<std::string, std::string, std::less<>> account_queues;
  /// Of a call that nobody answered.
  int callback_points = 0;
  /// How long whoever resolved a ticket knows its customer.
  Duration affinity_window{0};
  /// Who waits longer is at risk.
  Duration answer_target = std::chrono::minutes{5};

  [[nodiscard]] int units_of(v1::Channel channel, const std::vector<std::string>& topics) const;
  /// Some queue waits for agents who know the customer.
  [[nodiscard]] bool asks_who_knows() const;
  /// Units of this channel's tickets are free while their customers are silent.
  [[nodiscard]] bool frees_silent(v1::Channel channel) const;
};

/// As they are written: "billing" or "language:lv=5". One that cannot be read cannot be had by anyone either;
/// it was checked where it came in, and is left out.
std::vector<Skill> skills_of(const google::protobuf::RepeatedPtrField<std::string>& texts,
                             int level_if_absent);

/// What is wrong with the rules, by field: "routing.queues[0].members".
RuleProblems rule_problems(const v1::Config& config);
/// The configuration has been validated but for its queues: INVALID_FIELD names every problem in them.
Result<Rules> checked_rules(const v1::Config& config);
/// What cannot be read of queues is left out.
Rules rules_of(const v1::Config& config);

/// The channel that a ticket is served as: whoever is on the telephone as a caller, and who came by chat as
/// one who chats, whatever they wrote before. A ticket costs its heaviest live thread's units.
v1::Channel served_as(const v1::Ticket& ticket);

/// A live channel goes before a patient one: 100 points for a chat and for who is on the telephone, 0 for the
/// rest; a call that nobody answered has what the rules give it.
int priority_of(const v1::Ticket& ticket, const Rules& rules);

using SkillKnown = std::function<bool(std::string_view)>;

/// What a ticket's text says, as stored with it or, until it is, as found here; its customer's tier; and the
/// points of priority that come of both.
struct Assessment {
  Verdict verdict;
  std::string customer_tier = {};
  int points = 0;
};
Assessment assess(const v1::Ticket& ticket, const Rules& rules);

/// A ticket as routing's work, with the skills that its account, its language and its transfer ask for.
Work work_of(const v1::Ticket& ticket, const Assessment& assessment, const Rules& rules,
             const SkillKnown& skill_known);
bool knows_queue(const Rules& rules, std::string_view queue_id);
Work work_of(const v1::Ticket& ticket, const Rules& rules, const SkillKnown& skill_known);

/// Checks a record that came from outside and gives it its regular form: lower-case id, a role, skills each
/// once. Errors: INVALID_FIELD.
Result<v1::Agent> checked_agent(v1::Agent agent);
/// `known` with those fields of `wished` that `changes` names. Errors: INVALID_FIELD, if a name is none that
/// may change.
Result<v1::Agent> changed_agent(v1::Agent known, v1::Agent wished,
                                const google::protobuf::RepeatedPtrField<std::string>& changes);
Error no_agent(const std::string& id);
Result<v1::Agent> agent_of(const v1::AgentSeed& seed);
AgentProfile profile_of(const v1::Agent& agent);

constexpr std::size_t kAgentIdBytesMax = 64;
constexpr std::size_t kAgentNameBytesMax = 200;
constexpr std::size_t kAgentPhoneBytesMax = 128;
constexpr std::size_t kPasswordBytesMin = 8;
constexpr std::size_t kPasswordBytesMax = 1024;

/// Offline, available or away; INVALID_FIELD for anything else.
Result<Presence> presence_of(v1::Presence presence);

/// The record with what routing sees of the agent now.
v1::Agent to_proto(const v1::Agent& record, const AgentView& view);
v1::ExplainResponse to_proto(const Explanation& explanation);
/// Into what tells of a wait, a ticket's or a queue's.
template <class Message>
void put_estimate(const WaitEstimate& estimate, Message& out) {
  out.set_estimated_wait_ms(estimate.wait ? estimate.wait->count() : -1);
  out.set_no_estimate(static_cast<v1::NoEstimate>(estimate.why_none));
}
v1::AgentChoices choices_of(const Rules& rules);
v1::Offer to_proto(const Offer& offer, v1::Ticket ticket);

}  // namespace hark::routing
