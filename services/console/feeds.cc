#include "console/feeds.h"

#include <algorithm>
#include <utility>

#include "base/async/notifier.h"
#include "base/core/ids.h"
#include "console/fold_event.h"
#include "console/frame_fit.h"

namespace hark::console {
namespace {

constexpr Duration kRetryFirst{100};
constexpr Duration kRetryMost{5'000};
/// Events kept while a conversation is read; with more it is read once again.
constexpr std::size_t kMeanwhileMax = 64;

bool settles(v1::EventType type) {
  switch (type) {
    case v1::EVENT_TYPE_REPLIED:
    case v1::EVENT_TYPE_WAIVED:
    case v1::EVENT_TYPE_RESOLVED:
    case v1::EVENT_TYPE_REOPENED:
    case v1::EVENT_TYPE_OWED_AGAIN:
      return true;
    default:
      return false;
  }
}

/// All entries have other sequences now, or are elsewhere.
bool renumbers(v1::EventType type) {
  switch (type) {
    case v1::EVENT_TYPE_MOVED:
    case v1::EVENT_TYPE_MERGED:
    case v1::EVENT_TYPE_UNMERGED:
    case v1::EVENT_TYPE_RESTORED:
      return true;
    default:
      return false;
  }
}

v1::ConsoleResponse shown_to(const Session& session, const v1::ConsoleResponse::ConversationUpdate& update,
                             const std::vector<const v1::Entry*>& entries) {
  v1::ConsoleResponse response;
  auto& shown = *response.mutable_conversation();
  shown = update;
  for (const auto* entry : entries) {
    if (may_see(session, *entry)) *shown.add_entries() = *entry;
  }
  return response;
}

/// For those who hold the conversation and do not have it open.
v1::ConsoleResponse in_brief(const v1::ConsoleResponse::ConversationUpdate& update) {
  v1::ConsoleResponse response;
  *response.mutable_conversation()->mutable_conversation() = update.conversation();
  response.mutable_conversation()->set_only_new_obligations(update.only_new_obligations());
  return response;
}

/// A copy with these obligations alone.
v1::ConsoleResponse::ConversationUpdate with_new_obligations(v1::ConsoleResponse::ConversationUpdate& known,
                                                             const std::vector<std::string>& obligations) {
  google::protobuf::RepeatedPtrField<std::string> all;
  all.Swap(known.mutable_conversation()->mutable_open_obligations());
  auto update = known;
  all.Swap(known.mutable_conversation()->mutable_open_obligations());
  update.mutable_conversation()->mutable_open_obligations()->Assign(obligations.begin(), obligations.end());
  update.set_only_new_obligations(true);
  return update;
}

void add_reply_options(v1::ConsoleResponse::ConversationUpdate& update,
                       const v1::ConsoleResponse::Setup& setup) {
  for (auto& way : ways_to(update.conversation(), setup)) {
    auto& option = *update.add_reply_options();
    option.set_channel(static_cast<v1::Channel>(way.channel));
    option.set_account_id(std::move(way.account_id));
    option.set_address(std::move(way.address));
    option.set_verified(way.verified);
  }
}

}  // namespace

std::vector<ReplyWay> ways_to(const v1::Conversation& conversation, const v1::ConsoleResponse::Setup& setup) {
  std::vector<KnownAddress> addresses;
  for (const auto& known : conversation.addresses()) addresses.push_back({known.address(), known.verified()});
  std::vector<AccountOffered> accounts;
  for (const auto& account : setup.accounts())
    accounts.push_back({account.id(), static_cast<ChannelKind>(account.channel())});
  return reply_ways(addresses, accounts);
}

bool may_see(const Session& session, const v1::Entry& entry) {
  return entry.whisper_to().empty() || entry.whisper_to() == session.agent_id ||
         entry.agent_id() == session.agent_id || session.supervises();
}

Feeds::Feeds(TaskGroup& tasks, ConversationPort& conversation, EventPort& events,
             const v1::ConsoleResponse::Setup& setup)
    : tasks_{tasks},
      conversation_{conversation},
      events_{events},
      setup_{setup},
      log_{tasks.executor(), BackOff{kRetryFirst, kRetryMost}} {}

void Feeds::follow(Audience audience) {
  if (log_.following()) return;
  audience_ = std::move(audience);
  log_.start({.open =
                  [this] {
                    v1::SubscribeRequest from_now;
                    from_now.set_from_now(true);
                    from_now.set_mark_caught_up(true);
                    from_now.set_with_entries(true);
                    return events_.subscribe(std::move(from_now));
                  },
              .take =
                  [this](const v1::SubscribeResponse& batch) {
                    if (!audience_.anybody()) return log_.stop();
                    for (const auto& event : batch.events()) {
                      on_event(event);
                      audience_.on_event(event);
                    }
                  },
              .begun = [this] { read_all_afresh(); },
              .ended = {}});
}

/// Whatever happened before this moment is in what is read from now on; whatever happens later comes as an
/// event.
void Feeds::read_all_afresh() {
  for (const auto& [id, feed] : feeds_) {
    feed->plan.everything();
    start(feed);
  }
  audience_.on_afresh();
}

void Feeds::on_event(const v1::Event& event) {
  const auto found = feeds_.find(event.conversation_id());
  if (found == feeds_.end()) return;
  auto& feed = *found->second;
  if (event.has_entry() && !feed.plan.pending()) {
    if (feed.reading && feed.meanwhile.size() < kMeanwhileMax) {
      feed.meanwhile.push_back(event);
      return;
    }
    if (!feed.reading && tell_event(feed, event)) return;
  }
  plan_for(feed, event);
  start(found->second);
}

void Feeds::plan_for(Feed& feed, const v1::Event& event) {
  auto& plan = feed.plan;
  // An event about an entry that does not say where it stands could be about any of them.
  if (event.sequence() == 0 && !event.entry_id().empty()) plan.everything();
  if (renumbers(event.type())) plan.everything();
  plan.changed(event.sequence());
  if (settles(event.type())) plan.settled();
}

bool Feeds::tell_event(Feed& feed, const v1::Event& event) {
  if (!feed.known) return false;
  auto& conversation = *feed.known->mutable_conversation();
  const auto& entry = event.entry();
  const bool counted = event.sequence() <= conversation.last_sequence();
  if (!counted && !fold_event(conversation, event)) return false;
  if (event.sequence() <= feed.told_up_to) {
    feed.obligations_untold = true;
    return true;
  }
  const bool open = entry.obligation() == v1::OBLIGATION_STATE_OPEN;
  feed.told_up_to = entry.sequence();
  feed.plan.shown({{entry.sequence(), open}});
  if (std::exchange(feed.obligations_untold, false)) {
    tell(feed, {}, conversation, *feed.known, {&entry});
  } else {
    std::vector<std::string> obligations;
    if (open && !counted) obligations.push_back(entry.id());
    tell(feed, {}, conversation, with_new_obligations(*feed.known, obligations), {&entry});
  }
  return true;
}

void Feeds::tell_meanwhile(Feed& feed) {
  for (const auto& event : std::exchange(feed.meanwhile, {})) {
    if (feed.plan.pending() || !tell_event(feed, event)) plan_for(feed, event);
  }
}

Feeds::FeedPtr Feeds::feed_of(const std::string& conversation_id) {
  auto& feed = feeds_[conversation_id];
  if (!feed) {
    feed = std::make_shared<Feed>();
    feed->id = conversation_id;
  }
  return feed;
}

void Feeds::open(const std::string& conversation_id, Ask ask) {
  const auto feed = feed_of(conversation_id);
  auto& watch = feed->watches[ask.session.get()];
  watch.session = ask.session;
  watch.open = true;
  ask.session->open.insert(conversation_id);
  feed->asks.push_back(std::move(ask));
  feed->plan.everything();
  start(feed);
}

void Feeds::close(Session& session, const std::string& conversation_id) {
  session.open.erase(conversation_id);
  const auto found = feeds_.find(conversation_id);
  if (found == feeds_.end()) return;
  const auto watch = found->second->watches.find(&session);
  if (watch == found->second->watches.end()) return;
  watch->second.open = false;
  if (!watch->second.held) found->second->watches.erase(watch);
  forget_if_unwatched(FeedPtr{found->second});
}

void Feeds::hold(const SessionPtr& session, const std::set<std::string>& conversation_ids) {
  for (const auto& id : conversation_ids) {
    auto& watch = feed_of(id)->watches[session.get()];
    watch.session = session;
    watch.held = true;
  }
  std::vector<FeedPtr> released;
  for (const auto& [id, feed] : feeds_) {
    const auto watch = feed->watches.find(session.get());
    if (watch == feed->watches.end() || !watch->second.held || conversation_ids.contains(id)) continue;
    watch->second.held = false;
    if (!watch->second.open) feed->watches.erase(watch);
    released.push_back(feed);
  }
  for (const auto& feed : released) forget_if_unwatched(feed);
}

void Feeds::drop(Session& session) {
  std::vector<FeedPtr> left;
  for (const auto& [id, feed] : feeds_) {
    if (feed->watches.erase(&session) > 0) left.push_back(feed);
    std::erase_if(feed->asks, [&](const Ask& ask) { return ask.session.get() == &session; });
  }
  for (const auto& feed : left) forget_if_unwatched(feed);
}

void Feeds::read_again(const std::string& conversation_id) {
  const auto found = feeds_.find(conversation_id);
  if (found == feeds_.end()) return;
  found->second->plan.everything();
  start(found->second);
}

void Feeds::forget_if_unwatched(const FeedPtr& feed) {
  if (feed->watches.empty() && !feed->reading) feeds_.erase(feed->id);
}

void Feeds::start(const FeedPtr& feed) {
  if (feed->reading || tasks_.cancelled()) return;
  feed->reading = true;
  tasks_.spawn("feed", read(feed));
}

Task<> Feeds::read(FeedPtr feed) {
  BackOff back_off{kRetryFirst, kRetryMost};
  while (feed->plan.pending() && !feed->watches.empty()) {
    auto asks = std::exchange(feed->asks, {});
    const auto what = feed->plan.take();
    auto update = co_await load(feed->id, what);
    if (!update.ok()) {
      refuse_asks(*feed, std::move(asks), update.error());
      if (update.error().code == Code::kNotFound) break;
      feed->plan.everything();
      if (!feed->watches.empty()) co_await sleep_for(back_off.next(secure_random()));
      continue;
    }
    back_off.reset();
    google::protobuf::RepeatedPtrField<v1::Entry> entries;
    entries.Swap(update->mutable_entries());
    std::vector<FeedPlan::Shown> shown;
    for (const auto& entry : entries) {
      shown.push_back({entry.sequence(), entry.obligation() == v1::OBLIGATION_STATE_OPEN});
    }
    feed->plan.shown(shown);
    feed->obligations_untold = false;
    tell(*feed, asks, update->conversation(), *update, {entries.pointer_begin(), entries.pointer_end()});
    // After a merge the newest entry may have a lower sequence than before.
    if (!shown.empty())
      feed->told_up_to =
          what.newest ? shown.back().sequence : std::max(feed->told_up_to, shown.back().sequence);
    feed->known = *std::move(update);
    tell_meanwhile(*feed);
  }
  feed->reading = false;
  forget_if_unwatched(feed);
}

Task<Result<v1::ConsoleResponse::ConversationUpdate>> Feeds::load(std::string conversation_id,
                                                                  FeedPlan::Read what) {
  v1::GetConversationRequest get;
  get.set_id(conversation_id);
  HARK_CO_TRY(auto got, co_await conversation_.get_conversation(std::move(get)));
  v1::ConsoleResponse::ConversationUpdate update;
  *update.mutable_conversation() = std::move(*got.mutable_conversation());
  if (update.conversation().id() != conversation_id) update.set_instead_of_id(conversation_id);
  add_reply_options(update, setup_);
  what.fit(update.conversation().last_sequence());
  if (what.entries) {
    v1::ListTimelineRequest list;
    list.set_conversation_id(conversation_id);
    if (what.newest) {
      list.set_newest(true);
      list.set_limit(static_cast<std::int32_t>(kTimelinePage));
    } else {
      list.set_after_sequence(what.after_sequence);
      // Room for what arrived since the conversation was read.
      list.set_limit(static_cast<std::int32_t>(2 * kChangeSpanMax));
    }
    HARK_CO_TRY(auto listed, co_await conversation_.list_timeline(std::move(list)));
    update.mutable_entries()->Swap(listed.mutable_entries());
    fit_into_frame(*update.mutable_entries());
  }
  co_return update;
}

void Feeds::refuse_asks(Feed& feed, std::vector<Ask> asks, const Error& error) {
  for (const auto& ask : asks) {
    ask.session->send(failed(ask.request_id, error));
    ask.session->open.erase(feed.id);
    const auto watch = feed.watches.find(ask.session.get());
    if (watch == feed.watches.end()) continue;
    watch->second.open = false;
    if (!watch->second.held) feed.watches.erase(watch);
  }
}

void Feeds::tell(Feed& feed, const std::vector<Ask>& asks, const v1::Conversation& known,
                 const v1::ConsoleResponse::ConversationUpdate& update, const Entries& entries) {
  std::set<Session*> answered;
  for (const auto& ask : asks) {
    auto full = shown_to(*ask.session, update, entries);
    full.set_request_id(ask.request_id);
    auto& opened = *full.mutable_conversation();
    for (const auto& draft : ask.drafts) *opened.add_drafts() = draft;
    for (const auto& attention : ask.attention) *opened.add_attention() = attention;
    ask.session->send(std::move(full));
    answered.insert(ask.session.get());
  }
  for (const auto& [key, watch] : feed.watches) {
    const bool turned = watch.held && note_held(*watch.session, known);
    if (!answered.contains(key)) {
      watch.session->send(watch.open ? shown_to(*watch.session, update, entries) : in_brief(update));
    }
    if (turned && on_turn) on_turn(*watch.session);
  }
}

bool Feeds::note_held(Session& session, const v1::Conversation& conversation) {
  const auto held = session.assigned.find(conversation.id());
  if (held == session.assigned.end()) return false;
  const bool turned = held->second.open_obligations().empty() != conversation.open_obligations().empty();
  // A conversation may be long and get entries fast: those are brought up by refresh_held(), when they are
  // wanted.
  if (turned || conversation.last_sequence() <= held->second.last_sequence()) held->second = conversation;
  return turned;
}

void Feeds::refresh_held(Session& session) const {
  for (auto& [id, held] : session.assigned) {
    const auto found = feeds_.find(id);
    if (found == feeds_.end() || !found->second->known) continue;
    const auto& known = found->second->known->conversation();
    if (known.last_sequence() > held.last_sequence()) held = known;
  }
}

}  // namespace hark::console
