#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/config.h"
#include "hark/v1/conversation.pb.h"
#include "routing/core/business_hours.h"
#include "routing/core/sla_clock.h"
#include "routing/core/verdict.h"

namespace hark::routing {

/// Targets, for whom they are, and what happens when they are missed.
struct SlaRule {
  std::vector<v1::Channel> channels;
  std::vector<std::string> accounts;
  std::vector<std::string> tiers;
  int priority_points_min = 0;
  SlaPolicy policy;
  /// Of the Policies that this is part of.
  const BusinessHours* hours = nullptr;
  int missed_priority_points = 0;
  std::vector<std::string> missed_move_to_skills;
  std::string missed_move_to_queue;
};

/// What a ticket may be put on hold for.
struct HoldState {
  std::string id;
  std::string name;
  /// No hold lasts longer.
  Duration longest{0};
  bool frees_capacity = false;
  /// What clocks do meanwhile, by SlaMetric.
  std::array<WhilePaused, kSlaMetrics> clocks{};
};

/// How long after the customer's ticket before it was resolved this one came, or, if it was opened again,
/// came again.
Duration since_previous(const v1::Ticket& ticket);

/// What the configuration says of hours, targets, topics and tiers, ready for use. Lives on its service's
/// thread.
class Policies {
 public:
  /// Reads the calendars that the configuration names. What is wrong is left out, and told.
  static std::shared_ptr<Policies> make(const v1::Routing& routing, std::vector<ConfigProblem>& problems);

  /// Of the ticket's subject and first words.
  Verdict judge(const v1::Ticket& ticket) {
    return reader_->judge(ticket.subject() + " \n" + ticket.preview());
  }

  /// Of verdict, tier and repeated contact together.
  [[nodiscard]] int points_of(const v1::Ticket& ticket, const Verdict& verdict) const;
  /// Empty for a customer of none.
  [[nodiscard]] std::string tier_of(const v1::Ticket& ticket) const;
  /// Null: the ticket has no targets.
  [[nodiscard]] const SlaRule* rule_for(const v1::Ticket& ticket, int points) const;
  [[nodiscard]] bool has_targets() const { return !rules_.empty(); }
  /// Who knows the customers of this ticket's tier, the first one first.
  [[nodiscard]] std::vector<std::string> agents_of_tier(const v1::Ticket& ticket) const;
  [[nodiscard]] const std::vector<HoldState>& hold_states() const { return hold_states_; }
  /// Null: there is none.
  [[nodiscard]] const HoldState* hold_state(std::string_view id) const;
  /// Null: there are none of this name.
  [[nodiscard]] const BusinessHours* hours(const std::string& id) const;

 private:
  struct Tier {
    std::string id;
    std::vector<std::string> addresses;
    int priority_points = 0;
    std::vector<std::string> agents;
  };
  class Builder;

  [[nodiscard]] const Tier* find_tier(const v1::Ticket& ticket) const;

  std::map<std::string, std::unique_ptr<BusinessHours>> hours_;
  BusinessHours always_ = BusinessHours::around_the_clock();
  std::vector<HoldState> hold_states_;
  std::vector<SlaRule> rules_;
  std::vector<Tier> tiers_;
  int repeat_points_ = 0;
  std::chrono::days repeat_days_{0};
  std::unique_ptr<Reader> reader_;
};

/// What is wrong with this part of a configuration; for read_config.
std::vector<ConfigProblem> policy_problems(const v1::Config& config);

Verdict verdict_of(const v1::TicketVerdict& verdict);
v1::TicketVerdict to_proto(const Verdict& verdict);

}  // namespace hark::routing
