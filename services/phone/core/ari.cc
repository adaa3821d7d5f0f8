#include "phone/core/ari.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdio>

#include "phone/core/text.h"

namespace hark::phone::ari {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kTextBytesMax = 256;
constexpr std::string_view kRecording = "message.";

/// 404, no route, unallocated: there is nothing that could answer. Q.850.
LegEnd end_of(std::int64_t cause) {
  switch (cause) {
    case 17:
      return LegEnd::kBusy;
    case 18:
    case 19:
      return LegEnd::kNoAnswer;
    case 21:
      return LegEnd::kRejected;
    case 1:
    case 2:
    case 3:
    case 20:
    case 22:
    case 27:
    case 28:
    case 34:
    case 38:
    case 41:
    case 42:
    case 44:
    case 66:
      return LegEnd::kFailed;
    default:
      return LegEnd::kHungUp;  // 16 is given for answered and unanswered alike
  }
}

json::value parsed(std::string_view text) {
  boost::system::error_code broken;
  json::parse_options options;
  options.max_depth = kDepthMax;
  auto value = json::parse(text, broken, {}, options);
  return broken ? json::value{} : value;
}

const json::object* object_in(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value ? value->if_object() : nullptr;
}

std::string text_in(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  if (!text) return {};
  return clean_text(std::string_view{*text}, kTextBytesMax);
}

std::int64_t number_in(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* number = value ? value->if_int64() : nullptr;
  return number ? *number : 0;
}

/// "2020-04-12T22:34:41.144+0000"
std::optional<TimePoint> time_of(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0, zone = 0;
  char sign = '+';
  const int read = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c%4d", &year, &month, &day, &hour,
                               &minute, &second, &ms, &sign, &zone);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (read != 9 || !date.ok() || year < 1970) return std::nullopt;
  const std::chrono::minutes off{zone / 100 * 60 + zone % 100};
  const auto local = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                     std::chrono::seconds{second} + std::chrono::milliseconds{ms};
  return std::chrono::time_point_cast<Duration>(sign == '-' ? local + off : local - off);
}

Arrived arrival_of(const json::object& channel) {
  Arrived out;
  if (const auto* caller = object_in(channel, "caller")) {
    out.from = text_in(*caller, "number");
    out.name = text_in(*caller, "name");
    if (out.name == "<unknown>") out.name.clear();
  }
  if (const auto* dialplan = object_in(channel, "dialplan")) out.to = text_in(*dialplan, "exten");
  return out;
}

bool is_ours(const Place& place) { return !place.leg.empty() || place.call.starts_with("back-"); }

std::optional<News> of_channel(std::string_view type, const json::object& event, const json::object& channel,
                               TimePoint at) {
  const auto id = text_in(channel, "id");
  if (id.empty()) return std::nullopt;
  const auto place = place_of(id);
  const auto news = [&](auto what) { return News{place, {place.leg, at, std::move(what)}}; };
  const auto state = text_in(channel, "state");
  if (type == "StasisStart") {
    if (is_ours(place)) return news(Answered{});  // what we dialled enters when it has answered
    return news(arrival_of(channel));
  }
  if (type == "ChannelStateChange") {
    if (state == "Ringing") return news(Rang{});
    if (state == "Up" && is_ours(place)) return news(Answered{});
  }
  if (type == "ChannelDestroyed")
    return news(Ended{end_of(number_in(event, "cause")), text_in(event, "cause_txt")});
  if (type == "StasisEnd") return news(Ended{LegEnd::kHungUp, {}});
  if (type == "ChannelHold" || type == "ChannelUnhold") return news(Held{type == "ChannelHold", false});
  return std::nullopt;
}

std::optional<News> of_recording(const json::object& event, TimePoint at) {
  const auto* recording = object_in(event, "recording");
  if (!recording) return std::nullopt;
  const auto name = text_in(*recording, "name");
  if (!name.starts_with(kRecording) || name.size() == kRecording.size()) return std::nullopt;
  Recording out;
  out.id = name;
  out.seconds = static_cast<int>(std::clamp<std::int64_t>(number_in(*recording, "duration"), 0, 86'400));
  out.voicemail = true;
  return News{{name.substr(kRecording.size()), {}}, {{}, at, Recorded{std::move(out)}}};
}

}  // namespace

Place place_of(std::string_view channel) {
  const auto dot = channel.rfind('.');
  const auto kind = dot == std::string_view::npos ? std::string_view{} : channel.substr(dot + 1, 1);
  const auto token = kind == "a" || kind == "c" ? channel.substr(dot + 2) : std::string_view{};
  const bool leg =
      dot > 0 && !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
  if (!leg) return {std::string{channel}, {}};
  return {std::string{channel.substr(0, dot)}, std::string{channel}};
}

Reading read(std::string_view message, TimePoint now) {
  const auto value = parsed(message);
  const auto* event = value.if_object();
  const auto type = event ? text_in(*event, "type") : std::string{};
  if (type.empty()) return {Reading::Kind::kBroken, {}};
  if (type == "ApplicationReplaced") return {Reading::Kind::kReplaced, {}};
  const auto at = std::min(now, time_of(text_in(*event, "timestamp")).value_or(now));
  std::optional<News> news;
  if (const auto* channel = object_in(*event, "channel")) {
    news = of_channel(type, *event, *channel, at);
  } else if (type == "RecordingFinished") {
    news = of_recording(*event, at);
  }
  if (!news) return {};
  return {Reading::Kind::kNews, {*std::move(news)}};
}

std::optional<std::vector<Channel>> read_channels(std::string_view body) {
  const auto value = parsed(body);
  const auto* list = value.if_array();
  if (!list) return std::nullopt;
  std::vector<Channel> out;
  for (const auto& item : *list) {
    const auto* channel = item.if_object();
    if (!channel) return std::nullopt;
    Channel one;
    one.id = text_in(*channel, "id");
    one.up = text_in(*channel, "state") == "Up";
    one.arrival = arrival_of(*channel);
    if (const auto* dialplan = object_in(*channel, "dialplan");
        dialplan && text_in(*dialplan, "app_name") == "Stasis") {
      const auto data = text_in(*dialplan, "app_data");
      one.app = data.substr(0, data.find(','));
    }
    if (!one.id.empty()) out.push_back(std::move(one));
  }
  return out;
}

std::string refusal_of(std::string_view body) {
  const auto value = parsed(body);
  const auto* object = value.if_object();
  return object ? text_in(*object, "message") : std::string{};
}

std::string recording_name(std::string_view call) { return std::string{kRecording} + std::string{call}; }

}  // namespace hark::phone::ari
