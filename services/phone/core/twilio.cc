#include "phone/core/twilio.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <set>

#include "base/core/digest.h"
#include "base/core/url.h"
#include "phone/core/text.h"

namespace hark::phone::twilio {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kUrlBytesMax = 1000;
constexpr std::size_t kTranscriptBytesMax = 32U << 10;

/// Nothing if an escape is broken.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc{} || digits.size() != 2 || stop != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// The URL as given, and with its port left out or put in: proxies differ, and so do validators.
std::vector<std::string> spellings(std::string_view url) {
  std::vector<std::string> out{std::string{url}};
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return out;
  const auto begin = scheme_end + 3;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto authority = url.substr(begin, end - begin);
  const auto at = authority.rfind('@');
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (at == std::string_view::npos || colon > at) &&
                        authority.find(']', colon) == std::string_view::npos;
  if (has_port) {
    out.push_back(std::string{url.substr(0, begin)} + std::string{authority.substr(0, colon)} +
                  std::string{url.substr(end)});
  } else {
    const auto* port = url.starts_with("https") ? ":443" : ":80";
    out.push_back(std::string{url.substr(0, end)} + port + std::string{url.substr(end)});
  }
  return out;
}

/// For each name in order, its different values in order.
std::string joined(const Form& form) {
  const std::set<std::pair<std::string_view, std::string_view>> sorted{form.begin(), form.end()};
  std::string out;
  for (const auto& [name, value] : sorted) (out += name) += value;
  return out;
}

bool any_spelling(std::string_view auth_token, std::string_view url, std::string_view rest,
                  std::string_view signature) {
  bool right = false;
  for (const auto& spelling : spellings(url))
    right |= equal_in_constant_time(base64(hmac_sha1(auth_token, spelling + std::string{rest})), signature);
  return right;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string response(std::string_view inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" + std::string{inside} + "</Response>";
}

int number(std::string_view digits) {
  int out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

/// What Twilio answers; null if that is broken.
boost::json::value read_json(std::string_view body) {
  boost::system::error_code broken;
  boost::json::parse_options options;
  options.max_depth = 16;
  auto json = boost::json::parse(body, broken, {}, options);
  return broken ? boost::json::value{} : json;
}

std::string text_in(const boost::json::object* object, std::string_view name) {
  const auto* value = object ? object->if_contains(name) : nullptr;
  const auto* string = value ? value->if_string() : nullptr;
  return string ? std::string{*string} : std::string{};
}

LegEnd end_of(std::string_view status) {
  if (status == "busy") return LegEnd::kBusy;
  if (status == "no-answer") return LegEnd::kNoAnswer;
  if (status == "failed") return LegEnd::kFailed;
  return LegEnd::kHungUp;  // completed, canceled
}

/// ringing, in-progress or answered, and the ends.
std::optional<Event> status_event(std::string leg, std::string_view status, TimePoint now) {
  if (status == "ringing") return Event{std::move(leg), now, Rang{}};
  if (status == "in-progress" || status == "answered") return Event{std::move(leg), now, Answered{}};
  for (const std::string_view over : {"completed", "busy", "no-answer", "failed", "canceled"})
    if (status == over) return Event{std::move(leg), now, Ended{end_of(status)}};
  return std::nullopt;
}

std::optional<Event> recording_event(const Form& form, TimePoint now, bool voicemail) {
  const auto sid = field(form, "RecordingSid");
  if (sid.empty() || sid.size() > 64) return std::nullopt;
  Recording recording;
  recording.id = clean_text(sid, 64);
  recording.url = clean_text(field(form, "RecordingUrl"), kUrlBytesMax);
  recording.seconds = std::max(0, number(field(form, "RecordingDuration")));
  recording.voicemail = voicemail;
  recording.transcript = clean_text(field(form, "TranscriptionText"), kTranscriptBytesMax);
  return Event{{}, now, Recorded{std::move(recording)}};
}

}  // namespace

std::optional<Form> read_form(std::string_view body) {
  Form form;
  while (!body.empty()) {
    if (form.size() >= kFieldsMax) return std::nullopt;
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    if (!name->empty()) form.emplace_back(*std::move(name), *std::move(value));
  }
  return form;
}

std::string_view field(const Form& form, std::string_view name) {
  const auto found =
      std::ranges::find(form, name, [](const auto& pair) { return std::string_view{pair.first}; });
  return found == form.end() ? std::string_view{} : std::string_view{found->second};
}

bool proves(std::string_view auth_token, std::string_view url, const Form& form, std::string_view signature) {
  return !auth_token.empty() && any_spelling(auth_token, url, joined(form), signature);
}

bool proves_body(std::string_view auth_token, std::string_view url, std::string_view body,
                 std::string_view signature) {
  const auto query = url.find('?');
  const auto form = read_form(query == std::string_view::npos ? std::string_view{} : url.substr(query + 1));
  if (!form || auth_token.empty()) return false;
  const bool same = equal_in_constant_time(field(*form, "bodySHA256"), sha256_hex(body));
  return any_spelling(auth_token, url, {}, signature) && same;
}

std::vector<Event> read(const About& about, const Form& form, TimePoint now) {
  std::vector<Event> out;
  const auto add = [&](std::optional<Event> event) {
    if (event) out.push_back(*std::move(event));
  };
  const auto status = field(form, "CallStatus");
  if (about.what.empty() && field(form, "Direction").starts_with("outbound")) return out;  // a leg of ours
  if (about.what.empty()) {
    out.push_back(
        {{},
         now,
         Arrived{clean_text(field(form, "From"), kNameBytesMax), clean_text(field(form, "To"), kNameBytesMax),
                 clean_text(field(form, "CallerName"), kNameBytesMax)}});
    if (status != "ringing") add(status_event({}, status, now));
  } else if (about.what == "agent" || about.what == "leg") {
    const auto sid = field(form, "CallSid");
    if (!sid.empty() && sid.size() <= 64) out.push_back({about.leg, now, Named{clean_text(sid, 64)}});
    // That they answered is said by their leg asking what to do; a carrier's voicemail answers, too, but
    // presses no key.
    if (about.what == "agent") {
      out.push_back({about.leg, now, Answered{}});
    } else if (auto event = status_event(about.leg, status, now);
               event && !std::holds_alternative<Answered>(event->what)) {
      out.push_back(*std::move(event));
    }
  } else if (about.what == "customer") {
    const auto sid = field(form, "CallSid");
    if (!sid.empty() && sid.size() <= 64) out.push_back({{}, now, Named{clean_text(sid, 64)}});
    add(status_event({}, status, now));
  } else if (about.what == "dialed") {
    // Whoever hung up: both legs are over by now; the customer's own status may have come before and holds
    // then.
    const auto result = field(form, "DialCallStatus");
    if (!result.empty()) out.push_back({{}, now, Ended{end_of(result)}});
  } else if (about.what == "left") {
    const auto result = field(form, "QueueResult");
    if (result == "hangup" || status == "completed") out.push_back({{}, now, Ended{LegEnd::kHungUp}});
  } else if (about.what == "message") {
    add(recording_event(form, now, true));
  } else if (about.what == "recording") {
    add(recording_event(form, now, false));
  }
  return out;
}

std::optional<Event> ended_by(std::string_view status, TimePoint now) {
  auto event = status_event({}, status, now);
  if (event && !std::holds_alternative<Ended>(event->what)) event.reset();
  return event;
}

std::string say_nothing() { return response(""); }

std::string let_wait(std::string_view call, std::string_view wait_url, std::string_view left_url) {
  return response("<Enqueue waitUrl=\"" + escaped(wait_url) + "\" action=\"" + escaped(left_url) + "\">" +
                  escaped(call) + "</Enqueue>");
}

std::string wait(int position) {
  constexpr std::string_view kOnce =
      "<Play>http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3</Play>";
  std::string said;
  if (position == 1) said = "<Say>You are next.</Say>";
  if (position > 1) said = "<Say>You are number " + std::to_string(position) + " in the queue.</Say>";
  return response(said + std::string{kOnce});
}

std::string music() {
  return response(
      "<Play loop=\"0\">http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3</Play>");
}

std::string ask_for_key(std::string_view key_url) {
  return response("<Gather numDigits=\"1\" timeout=\"8\" action=\"" + escaped(key_url) +
                  "\"><Say>A customer calls. Press any key to take the call.</Say></Gather><Hangup/>");
}

std::string room(std::string_view name, bool owner, std::string_view after_url) {
  return response("<Dial action=\"" + escaped(after_url) +
                  "\"><Conference beep=\"false\" waitUrl=\"\" startConferenceOnEnter=\"true\" "
                  "endConferenceOnExit=\"" +
                  (owner ? "true" : "false") + "\">" + escaped(name) + "</Conference></Dial>");
}

std::string dial(std::string_view number, std::string_view our_number, int seconds,
                 std::string_view status_url, std::string_view after_url) {
  return response("<Dial callerId=\"" + escaped(our_number) + "\" timeout=\"" + std::to_string(seconds) +
                  "\" action=\"" + escaped(after_url) + "\"><Number statusCallback=\"" + escaped(status_url) +
                  "\" statusCallbackEvent=\"initiated ringing answered completed\">" + escaped(number) +
                  "</Number></Dial>");
}

std::string take_voicemail(std::string_view recorded_url, std::string_view transcribed_url) {
  return response(
      "<Say>Nobody can take your call now. Please leave a message after the tone.</Say><Record "
      "maxLength=\"180\" "
      "playBeep=\"true\" recordingStatusCallback=\"" +
      escaped(recorded_url) + "\" transcribeCallback=\"" + escaped(transcribed_url) + "\"/><Hangup/>");
}

std::string hang_up() { return response("<Hangup/>"); }

std::string ask_again(std::string_view url) {
  return response("<Pause length=\"1\"/><Redirect>" + escaped(url) + "</Redirect>");
}

std::string write_form(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += url_encoded(name) + "=" + url_encoded(value);
  }
  return out;
}

std::vector<Recording> read_recordings(std::string_view body) {
  const auto json = read_json(body);
  const auto* object = json.if_object();
  const auto* listed = object ? object->if_contains("recordings") : nullptr;
  const auto* list = listed ? listed->if_array() : nullptr;
  std::vector<Recording> out;
  if (!list) return out;
  for (const auto& value : *list) {
    const auto* one = value.if_object();
    Recording recording;
    recording.id = clean_text(text_in(one, "sid"), 64);
    recording.seconds = std::max(0, number(text_in(one, "duration")));
    if (recording.id.empty() || text_in(one, "status") != "completed" || out.size() >= kRecordingsMax)
      continue;
    out.push_back(std::move(recording));
  }
  return out;
}

Answer judge(int status, std::string_view body) {
  Answer answer;
  const auto json = read_json(body);
  const auto* object = json.if_object();
  answer.done = status >= 200 && status < 300;
  answer.again = status == 429 || status >= 500;
  answer.gone = status == 404;
  answer.sid = clean_text(text_in(object, "sid"), 64);
  answer.status = clean_text(text_in(object, "status"), 64);
  answer.detail =
      answer.done ? ""
                  : "Twilio " + std::to_string(status) + ": " + clean_text(text_in(object, "message"), 300);
  return answer;
}

}  // namespace hark::phone::twilio
