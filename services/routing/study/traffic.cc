#include "routing/study/traffic.h"

#include <algorithm>
#include <charconv>

#include "base/core/invalid.h"
#include "routing/study/random.h"

namespace hark::routing {
namespace {

constexpr int kSecondsMax = 7 * 24 * 3600;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

Result<int> number(std::string_view name, std::string_view text, int least, int most) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < least || value > most) {
    return invalid(std::string{name} + ": '" + std::string{text} + "' must be a whole number from " +
                   std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<Channel> channel_of(std::string_view text) {
  for (const Channel channel : {Channel::kEmail, Channel::kChat, Channel::kSocial, Channel::kPhone}) {
    if (name_of(channel) == text) return channel;
  }
  return invalid("channel: '" + std::string{text} + "' is not one of email, chat, social, phone");
}

Status read_number(TrafficStream& out, std::string_view name, std::string_view text) {
  const auto seconds = [&](Duration& to, int least) -> Status {
    HARK_TRY(const int value, number(name, text, least, kSecondsMax));
    to = std::chrono::seconds{value};
    return {};
  };
  const auto count = [&](int& to, int least, int most) -> Status {
    HARK_TRY(to, number(name, text, least, most));
    return {};
  };
  if (name == "handle") return seconds(out.handling, 1);
  if (name == "patience") return seconds(out.patience, 0);
  if (name == "react") return seconds(out.reaction, 0);
  if (name == "shape") return count(out.handling_shape, 1, kHandlingShapeMax);
  if (name == "per_hour") return count(out.per_hour, 1, kPerHourMax);
  if (name == "priority") return count(out.work.priority, -Router::kPriorityMax, Router::kPriorityMax);
  if (name == "units") return count(out.work.units, 1, kCapacityUnitsMax);
  return invalid("'" + std::string{name} +
                 "' is not known; known are channel, per_hour, handle, shape, patience, react, account, "
                 "language, topic, tier, skills, priority, units");
}

}  // namespace

Result<TrafficStream> parse_traffic(std::string_view text) {
  TrafficStream out;
  out.work.channel = Channel::kPhone;
  out.work.units = 0;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return invalid("'" + std::string{part} + "' has no value; write it like per_hour=60");
    const std::string_view name = part.substr(0, equals);
    const std::string value{part.substr(equals + 1)};
    if (name == "channel") {
      HARK_TRY(out.work.channel, channel_of(value));
    } else if (name == "account") {
      out.work.account_id = value;
    } else if (name == "language") {
      out.work.language = value;
    } else if (name == "topic") {
      out.work.topics.push_back(value);
    } else if (name == "tier") {
      out.work.customer_tier = value;
    } else if (name == "skills") {
      for (const std::string_view skill : split(value, '+')) {
        HARK_TRY(auto parsed, parse_skill(skill, kSkillLevelMin));
        out.work.required_skills.push_back(std::move(parsed));
      }
    } else {
      HARK_TRY_VOID(read_number(out, name, value));
    }
  }
  return out;
}

Workload generate(const std::vector<TrafficStream>& streams, const std::vector<AgentProfile>& agents,
                  TimePoint begins, Duration lasts, std::uint64_t seed) {
  Workload out;
  out.begins = begins;
  out.ends = begins + lasts;
  for (const AgentProfile& agent : agents) {
    out.agents.push_back({begins, AgentUpserted{agent}});
    out.agents.push_back({begins, AgentConnected{agent.id, Presence::kAvailable}});
  }
  Random seeds{seed};
  for (std::size_t stream = 0; stream < streams.size(); ++stream) {
    const TrafficStream& kind = streams[stream];
    Random arrivals{seeds.next()}, handling{seeds.next()}, patience{seeds.next()};
    const Duration gap = Duration{std::chrono::hours{1}} / kind.per_hour;
    int nth = 0;
    for (TimePoint at = begins + arrivals.exponential(gap); at < out.ends; at += arrivals.exponential(gap)) {
      SimulatedTicket ticket{
          kind.work, kind.reaction, handling.erlang(kind.handling, kind.handling_shape), {}};
      if (kind.patience > Duration{0}) ticket.patience = patience.exponential(kind.patience);
      ticket.work.ticket_id = "tkt_" + std::to_string(stream + 1) + "_" + std::to_string(++nth);
      ticket.work.conversation_id = "con_" + std::to_string(stream + 1) + "_" + std::to_string(nth);
      ticket.work.waiting_since = at;
      out.tickets.push_back(std::move(ticket));
    }
  }
  return out;
}

std::vector<AgentProfile> staff(const std::vector<AgentProfile>& like, int count) {
  std::vector<AgentProfile> out;
  for (int i = 0; i < count && !like.empty(); ++i) {
    AgentProfile agent = like[static_cast<std::size_t>(i) % like.size()];
    if (const std::size_t round = static_cast<std::size_t>(i) / like.size(); round > 0)
      agent.id += "." + std::to_string(round + 1);
    out.push_back(std::move(agent));
  }
  return out;
}

}  // namespace hark::routing
