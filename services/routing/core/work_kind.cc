#include "routing/core/work_kind.h"

namespace hark::routing {
namespace {

std::uint32_t hash_of(const Work& work) {
  std::uint64_t hash =
      static_cast<std::uint64_t>(work.channel) << 32 | static_cast<std::uint32_t>(work.units);
  const auto add = [&](std::uint64_t part) {
    hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  };
  const auto add_text = [&](const std::string& text) { add(text.empty() ? 0 : HashIndex::hash_of(text)); };
  add_text(work.account_id);
  add_text(work.note);
  add_text(work.language);
  add_text(work.customer_tier);
  add_text(work.queue_id);
  for (const Skill& skill : work.required_skills) {
    add_text(skill.name);
    add(static_cast<std::uint64_t>(skill.level));
  }
  for (const std::string& topic : work.topics) add_text(topic);
  add(work.steps.size());
  return static_cast<std::uint32_t>(hash >> 16);
}

}  // namespace

bool WorkKind::is_of(const Work& work) const {
  return channel == work.channel && units == work.units && account_id == work.account_id &&
         required_skills == work.required_skills && note == work.note && language == work.language &&
         topics == work.topics && customer_tier == work.customer_tier && queue_id == work.queue_id &&
         steps == work.steps;
}

WorkKind* WorkKinds::use(const Work& work) {
  const std::uint32_t hash = hash_of(work);
  const std::uint32_t found =
      by_content_.find(hash, [&](std::uint32_t number) { return kinds_[number].is_of(work); });
  if (found != HashIndex::kNone) {
    ++kinds_[found].users;
    return &kinds_[found];
  }
  const auto [number, kind] = kinds_.make();
  kind->channel = work.channel;
  kind->units = work.units;
  kind->account_id = work.account_id;
  kind->required_skills = work.required_skills;
  kind->note = work.note;
  kind->language = work.language;
  kind->topics = work.topics;
  kind->customer_tier = work.customer_tier;
  kind->queue_id = work.queue_id;
  kind->steps = work.steps;
  kind->needs = describe(work.required_skills);
  kind->users = 1;
  kind->number = number;
  kind->hash = hash;
  by_content_.insert(hash, number);
  return kind;
}

void WorkKinds::unuse(WorkKind* kind) {
  if (--kind->users > 0) return;
  by_content_.erase(kind->hash, kind->number);
  kinds_.destroy(kind->number);
}

}  // namespace hark::routing
