// Our own copies of recordings: what the exchange keeps may be deleted there, and asks for its password.
#include <algorithm>

#include "base/core/file_name.h"
#include "base/log/log.h"
#include "phone/core/audio.h"
#include "phone/live_call.h"

namespace hark::phone {
namespace {

constexpr Duration kRetryFirst{2'000};
constexpr Duration kRetryMost = std::chrono::minutes{10};
/// About three quarters of an hour.
constexpr int kTriesMax = 12;
/// A message waits no longer for its sound.
constexpr int kTriesBeforeMessage = 3;

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

bool is_fetchable(const Recording& recording) {
  return recording.url.starts_with("http://") || recording.url.starts_with("https://");
}

bool is_settled(const v1::RecordingCopy& copy) { return copy.has_file() || copy.given_up(); }

/// Why what came is no recording; empty: it is one.
std::string trouble_with(const http::Answer& answer) {
  if (answer.kind != http::Answer::Kind::kAnswered) return answer.detail;
  if (answer.status == 404) return "the exchange does not have it (yet)";
  if (answer.status != 200)
    return "the exchange does not give it out (HTTP " + std::to_string(answer.status) + ")";
  return audio_type_of(answer.body).empty() ? "what the exchange gave out is no recording" : "";
}

Duration pause_after(int tries) {
  return std::min(kRetryFirst * (1 << std::clamp(tries - 1, 0, 10)), kRetryMost);
}

std::string file_name_of(const Recording& recording, std::string_view type) {
  const std::string kind = recording.voicemail ? "voicemail" : "call";
  return safe_file_name(kind + "." + std::string{extension_of_type(type)});
}

}  // namespace

const v1::RecordingCopy* Desk::copy_of(const KeptCall& kept, const std::string& recording) {
  const auto found = kept.copies.find(recording);
  return found == kept.copies.end() ? nullptr : &found->second;
}

bool Desk::waits_for_copy(const KeptCall& kept, const Recording& recording) {
  if (!is_fetchable(recording)) return false;
  const auto* copy = copy_of(kept, recording.id);
  return !copy || (!is_settled(*copy) && copy->tries() < kTriesBeforeMessage);
}

bool Desk::copies_are_settled(const KeptCall& kept) {
  return std::ranges::all_of(kept.call.recordings, [&](const Recording& recording) {
    const auto* copy = copy_of(kept, recording.id);
    return !is_fetchable(recording) || (copy && is_settled(*copy));
  });
}

std::optional<TimePoint> Desk::next_copy(const Live& live) {
  std::optional<TimePoint> next;
  for (const auto& [id, copy] : live.kept.copies) {
    if (is_settled(copy) || live.copying.contains(id)) continue;
    const auto at = from_ms(copy.next_try_at_ms());
    if (!next || at < *next) next = at;
  }
  return next;
}

/// Beside the call's own task: a slow file holds up nothing else.
void Desk::copy_recordings(const LivePtr& live) {
  for (const auto& recording : live->kept.call.recordings) {
    if (!is_fetchable(recording) || live->copying.contains(recording.id)) continue;
    const auto* copy = copy_of(live->kept, recording.id);
    if (copy && (is_settled(*copy) || from_ms(copy->next_try_at_ms()) > world_.clock.now())) continue;
    live->copying.insert(recording.id);
    world_.tasks.spawn("copy a recording", copy_one(live, recording));
  }
}

Task<> Desk::copy_one(LivePtr live, Recording recording) {
  const auto& account = *world_.settings.account(live->kept.call.account);
  auto answer = co_await world_.recordings.fetch(account, recording.url);
  auto trouble = trouble_with(answer);
  v1::Attachment file;
  if (trouble.empty()) {
    const auto type = audio_type_of(answer.body);
    file.set_content_type(std::string{type});
    file.set_file_name(file_name_of(recording, type));
    auto blob = co_await world_.conversation.put_blob(std::move(answer.body));
    if (blob.ok()) {
      *file.mutable_blob() = *std::move(blob);
    } else {
      trouble = blob.error().message;
    }
  }
  auto& copy = live->kept.copies[recording.id];
  copy.set_recording_id(recording.id);
  copy.set_tries(copy.tries() + 1);
  if (trouble.empty()) {
    *copy.mutable_file() = std::move(file);
    copy.clear_trouble();
    copied_.add();
  } else {
    copy.set_given_up(answer.too_large || copy.tries() >= kTriesMax);
    copy.set_trouble(trouble);
    copy.set_next_try_at_ms(to_ms(world_.clock.now() + pause_after(copy.tries())));
    (copy.given_up() ? not_copied_ : copy_tries_failed_).add();
    logger().warning(copy.given_up() ? "a recording was not copied" : "a recording is not copied yet",
                     {{"account", account.id},
                      {"call", live->kept.call.id},
                      {"recording", recording.id},
                      {"tries", copy.tries()},
                      {"why", trouble}});
  }
  ++live->kept.version;
  live->copying.erase(recording.id);
  wake(*live);  // which saves it, and tells
}

}  // namespace hark::phone
