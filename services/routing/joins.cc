#include "routing/joins.h"

#include <algorithm>
#include <map>
#include <string>

#include "routing/convert.h"

namespace hark::routing {
namespace {

void add(v1::QueueGroup& sum, const v1::QueueGroup& group) {
  if (group.waiting() > 0) {
    const auto since = group.oldest_since_ms();
    sum.set_oldest_since_ms(sum.waiting() > 0 ? std::min(sum.oldest_since_ms(), since) : since);
  }
  sum.set_waiting(sum.waiting() + group.waiting());
  sum.set_offered(sum.offered() + group.offered());
  sum.set_at_risk(sum.at_risk() + group.at_risk());
}

using Groups = google::protobuf::RepeatedPtrField<v1::QueueGroup>;

void add(std::map<std::string, v1::QueueGroup>& sums, const Groups& groups) {
  for (const v1::QueueGroup& group : groups) {
    sums[group.name()].set_name(group.name());
    add(sums[group.name()], group);
  }
}

void put(Groups& out, const std::map<std::string, v1::QueueGroup>& sums, int most) {
  for (const auto& [name, group] : sums) {
    if (out.size() < most) *out.Add() = group;
  }
}

WaitEstimate estimate_of(const v1::QueueStatus& queue) {
  if (queue.estimated_wait_ms() >= 0) return {Duration{queue.estimated_wait_ms()}, NoEstimate::kNone};
  return {{}, static_cast<NoEstimate>(queue.no_estimate())};
}

/// Of the tickets that no queue takes, and of all agents.
void add(v1::QueueStatus& sum, const v1::QueueStatus& status) {
  add(*sum.mutable_tickets(), status.tickets());
  sum.set_ready(sum.ready() + status.ready());
  sum.set_busy(sum.busy() + status.busy());
  sum.set_wrapping_up(sum.wrapping_up() + status.wrapping_up());
  sum.set_away(sum.away() + status.away());
  sum.set_offline(sum.offline() + status.offline());
  put_estimate(longer(estimate_of(sum), estimate_of(status)), sum);
}

void add(QueueView& sum, const QueueView& view) {
  if (view.tickets.waiting > 0) {
    const TimePoint since = view.tickets.oldest_since;
    sum.tickets.oldest_since = sum.tickets.waiting > 0 ? std::min(sum.tickets.oldest_since, since) : since;
  }
  sum.tickets.waiting += view.tickets.waiting;
  sum.tickets.offered += view.tickets.offered;
  sum.tickets.at_risk += view.tickets.at_risk;
  sum.ready += view.ready;
  sum.busy += view.busy;
  sum.wrapping_up += view.wrapping_up;
  sum.away += view.away;
  sum.offline += view.offline;
  sum.estimate = longer(sum.estimate, view.estimate);
}

constexpr int kQueueLimitUsual = 100;
constexpr int kQueueGroupsMax = 500;

}  // namespace

v1::ListAgentsResponse joined(const v1::ListAgentsRequest&, std::vector<v1::ListAgentsResponse> answers) {
  v1::ListAgentsResponse out;
  for (v1::ListAgentsResponse& answer : answers) {
    for (v1::Agent& agent : *answer.mutable_agents()) *out.add_agents() = std::move(agent);
  }
  std::sort(out.mutable_agents()->begin(), out.mutable_agents()->end(),
            [](const v1::Agent& a, const v1::Agent& b) { return a.id() < b.id(); });
  return out;
}

v1::ListQueueResponse joined(const v1::ListQueueRequest& asked, std::vector<v1::ListQueueResponse> answers) {
  v1::ListQueueResponse out;
  std::vector<int> next(answers.size(), 0);
  for (const v1::ListQueueResponse& answer : answers) out.set_total(out.total() + answer.total());
  const int limit = asked.limit() == 0 ? kQueueLimitUsual : asked.limit();
  while (out.tickets_size() < limit) {
    v1::QueuedTicket* first = nullptr;
    int* of = nullptr;
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
      if (next[shard] == answers[shard].tickets_size()) continue;
      v1::QueuedTicket& head = *answers[shard].mutable_tickets(next[shard]);
      if (first && first->waiting_since_ms() <= head.waiting_since_ms()) continue;
      first = &head;
      of = &next[shard];
    }
    if (!first) break;
    *out.add_tickets() = std::move(*first);
    ++*of;
  }
  return out;
}

v1::SummarizeQueueResponse joined(const v1::SummarizeQueueRequest&,
                                  std::vector<v1::SummarizeQueueResponse> answers) {
  v1::SummarizeQueueResponse out;
  std::map<std::string, v1::QueueGroup> by_account, by_skill;
  v1::QueueStatus& unnamed = *out.add_queues();
  unnamed.set_estimated_wait_ms(-1);
  for (v1::SummarizeQueueResponse& answer : answers) {
    add(*out.mutable_total(), answer.total());
    add(by_account, answer.by_account());
    add(by_skill, answer.by_skill());
    out.set_sla_at_risk(out.sla_at_risk() + answer.sla_at_risk());
    out.set_sla_missed(out.sla_missed() + answer.sla_missed());
    out.set_on_hold(out.on_hold() + answer.on_hold());
    for (v1::QueueStatus& status : *answer.mutable_queues()) {
      if (status.tickets().name().empty()) {
        add(unnamed, status);
      } else {
        *out.add_queues() = std::move(status);
      }
    }
  }
  put(*out.mutable_by_account(), by_account, kQueueGroupsMax);
  put(*out.mutable_by_skill(), by_skill, kQueueGroupsMax);
  return out;
}

std::vector<QueueView> joined(const std::vector<std::vector<QueueView>>& of_shards) {
  std::vector<QueueView> out;
  for (const auto& queues : of_shards) {
    for (const QueueView& queue : queues) {
      if (queue.id.empty() && !out.empty()) {
        add(out.front(), queue);
      } else {
        out.push_back(queue);
      }
    }
  }
  return out;
}

}  // namespace hark::routing
