#include "conversation/event_hub.h"

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

/// A hub over its own store, and a second store of another process on the same Redis.
class EventHubTest : public ConversationsTest {
 protected:
  EventHubTest() { EXPECT_TRUE(run(hub_.start()).ok()); }
  ~EventHubTest() override {
    store_.on_event = nullptr;
    hub_tasks_.cancel();
    HARK_CHECK(run(finish()));
  }

  Task<bool> finish() {
    co_await hub_tasks_.wait();
    co_await blocking_.close();
    co_return true;
  }
  Task<Status> wait_for(std::shared_ptr<EventHub::Subscription> heard, std::size_t count) {
    for (int turns = 0; heard->events.size() < count && turns < 5'000; ++turns)
      co_await sleep_for(std::chrono::milliseconds{2});
    co_return Status{};
  }
  Task<Status> wait_until_rewound(std::shared_ptr<EventHub::Subscription> heard) {
    for (int turns = 0; !heard->rewound && turns < 5'000; ++turns)
      co_await sleep_for(std::chrono::milliseconds{2});
    co_return Status{};
  }
  static v1::Event event(std::int64_t position) {
    v1::Event event;
    event.set_partition(3);
    event.set_position(position);
    return event;
  }
  static std::vector<std::int64_t> positions(const EventHub::Subscription& heard) {
    std::vector<std::int64_t> out;
    for (const auto& news : heard.events) out.push_back(news.event->position());
    return out;
  }

  redis::Client blocking_{executor(), {.endpoint = *redis::parse_endpoint(url()), .connections = 1}};
  TaskGroup hub_tasks_{executor()};
  EventHub hub_{hub_tasks_, store_, blocking_};
};

TEST_F(EventHubTest, HandsOutWhatThisProcessDidWithItsEntry) {
  const auto heard = hub_.subscribe();
  const auto accepted = accept(chat("v1"));
  ASSERT_EQ(heard->events.size(), 1U) << "at once, without the tail";
  const auto& news = heard->events.front();
  EXPECT_EQ(news.event->entry_id(), accepted.entry_id());
  ASSERT_TRUE(news.entry);
  EXPECT_EQ(news.entry->SerializeAsString(), timeline(accepted.conversation_id())[0].SerializeAsString())
      << "the entry is what reading it gives";
  accept(chat("v1"));
  EXPECT_EQ(heard->events.size(), 1U) << "a repeated message is no event";
}

TEST_F(EventHubTest, LeavesAnEntryOutThatIsNotAllThatChanged) {
  const auto heard = hub_.subscribe();
  accept(claiming(chat("v1"), "mailto:ana@x.lv", false));
  ASSERT_EQ(heard->events.size(), 1U);
  EXPECT_FALSE(heard->events.front().entry);
}

TEST_F(EventHubTest, KeepsTheOrderOfTheLogWhateverComesFirst) {
  const auto heard = hub_.subscribe();
  store_.on_event(event(3), nullptr);
  store_.on_event(event(2), nullptr);
  EXPECT_EQ(positions(*heard), (std::vector<std::int64_t>{}));
  store_.on_event(event(1), nullptr);
  EXPECT_EQ(positions(*heard), (std::vector<std::int64_t>{1, 2, 3}));
  store_.on_event(event(2), nullptr);
  EXPECT_EQ(heard->events.size(), 3U) << "known";
  EXPECT_EQ(hub_.position(3), 3);
}

TEST_F(EventHubTest, HearsOfWhatAnotherProcessDid) {
  const auto heard = hub_.subscribe();
  Store other{client(), 8};
  Metrics metrics;
  Conversations::Settings settings;
  settings.accounts.emplace("site", OwnAccount{v1::CHANNEL_CHAT, "Site"});
  Conversations there{other, clock_, ThreadTokens{"a secret of sixteen bytes"}, std::move(settings), metrics};
  ASSERT_TRUE(run(there.accept(chat("v1"))).ok());
  accept(chat("v1", "c2"));
  ASSERT_TRUE(run(wait_for(heard, 2)).ok());
  ASSERT_EQ(heard->events.size(), 2U);
  EXPECT_EQ(positions(*heard), (std::vector<std::int64_t>{1, 2})) << "each once, in order";
}

TEST_F(EventHubTest, TellsReadersThatTheStoreCameBackWithOlderDataAndGoesOnFromThere) {
  hub_.on_older = [this] { service_->forget_owners(); };
  const auto heard = hub_.subscribe();
  const auto before = accept(chat("v1"));
  accept(chat("v1", "c2"));
  const std::vector<std::string_view> forget{"FLUSHALL"};
  ASSERT_TRUE(run(client().command("", forget)).ok());
  accept(chat("v3"));  // so that something is to be read
  ASSERT_TRUE(run(wait_until_rewound(heard)).ok());
  EXPECT_TRUE(heard->rewound);
  EXPECT_TRUE(heard->overflowed);
  const auto after = hub_.subscribe();
  accept(chat("v1", "c4"));
  ASSERT_TRUE(run(wait_for(after, 1)).ok());
  ASSERT_FALSE(after->events.empty());
  EXPECT_EQ(after->events.front().event->partition(), *partition_of(before.conversation_id()));
  EXPECT_EQ(positions(*after).front(), 1) << "not after two others";
}

}  // namespace
}  // namespace hark::conversation
