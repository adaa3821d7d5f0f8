#include <gmock/gmock.h>

#include <random>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Ana writes from two addresses, in two partitions.
class MergeTest : public ConversationsTest {
 protected:
  v1::AcceptResponse write(const std::string& id, const std::string& from,
                           const std::string& refers_to = "") {
    clock_.advance(std::chrono::seconds{1});
    auto message = mail(id, from);
    if (!refers_to.empty()) message.mutable_thread()->add_references(refers_to + "@x.lv");
    return accept(std::move(message));
  }
  static v1::MergeRequest merging(const std::string& survivor, const std::string& loser,
                                  const std::string& key = "m1") {
    v1::MergeRequest request;
    request.set_idempotency_key(key);
    request.set_survivor_id(survivor);
    request.set_loser_id(loser);
    request.set_agent_id("ben");
    request.set_reason("the same passport");
    return request;
  }
  v1::Conversation merge(const std::string& survivor, const std::string& loser,
                         const std::string& key = "m1") {
    clock_.advance(std::chrono::seconds{1});
    const auto merged = run(service_->merge(merging(survivor, loser, key)));
    EXPECT_TRUE(merged.ok()) << (merged.ok() ? "" : merged.error().message);
    return merged.ok() ? merged->conversation() : v1::Conversation{};
  }
  v1::UnmergeResponse unmerge(const std::string& customer, const std::string& key = "u1") {
    clock_.advance(std::chrono::seconds{1});
    v1::UnmergeRequest request;
    request.set_idempotency_key(key);
    request.set_customer_id(customer);
    request.set_reason("they only share a flat");
    const auto unmerged = run(service_->unmerge(request));
    EXPECT_TRUE(unmerged.ok()) << (unmerged.ok() ? "" : unmerged.error().message);
    return unmerged.ok() ? *unmerged : v1::UnmergeResponse{};
  }
  /// Native ids of the customers' messages, in order.
  std::vector<std::string> messages(const std::string& conversation_id) {
    std::vector<std::string> out;
    std::int64_t last = 0;
    for (const auto& entry : timeline(conversation_id)) {
      EXPECT_GT(entry.sequence(), last);
      last = entry.sequence();
      if (entry.kind() == v1::ENTRY_KIND_INBOUND) out.push_back(entry.native_id());
    }
    return out;
  }
  void resolve(const std::string& ticket_id) {
    v1::ResolveRequest done;
    done.set_idempotency_key("done " + ticket_id);
    done.set_ticket_id(ticket_id);
    EXPECT_TRUE(run(service_->resolve(done)).ok());
  }
  v1::Entry reply_to(const std::string& entry_id, const std::string& key, std::int64_t token = 0) {
    auto request = answer(entry_id, key);
    request.set_assignment_token(token);
    const auto replied = run(service_->reply(request));
    EXPECT_TRUE(replied.ok()) << (replied.ok() ? "" : replied.error().message);
    return replied.ok() ? replied->entry() : v1::Entry{};
  }
};

TEST_F(MergeTest, WhoWasMergedIsFoundByTheirAddressNameAndWords) {
  auto named = mail("b1", "bruno@y.lv");
  named.mutable_sender()->set_name("Bruno Ozols");
  named.mutable_content()->set_text("my kettle leaks");
  named.mutable_content()->set_visible_text("my kettle leaks");
  const auto a = accept(mail("a1", "anna@x.lv")), b = accept(named);
  merge(a.conversation_id(), b.conversation_id());
  for (const auto* query : {"bruno@y.lv", "ozols", "kettle", "kettle bruno"}) {
    v1::SearchRequest request;
    request.set_query(query);
    const auto found = *run(service_->search(request));
    ASSERT_EQ(found.hits_size(), 1) << query;
    EXPECT_EQ(found.hits(0).conversation().id(), a.conversation_id()) << query;
  }
  EXPECT_EQ(*run(service_->conversation_of_address("mailto:bruno@y.lv")), a.conversation_id());
}

TEST_F(MergeTest, TwoCustomersAreOneTimelineByTimeWithOneTicketThatOwesBoth) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  write("w2", "ana@work.lv");
  write("h2", "ana@home.lv");
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  EXPECT_EQ(merged.id(), work.conversation_id());
  EXPECT_THAT(messages(merged.id()), ElementsAre("w1", "h1", "w2", "h2"));
  EXPECT_THAT(messages(home.conversation_id()), ElementsAre("w1", "h1", "w2", "h2"));
  EXPECT_EQ(conversation(home.conversation_id()).id(), merged.id());
  EXPECT_EQ(merged.ticket().id(), work.ticket_id());
  EXPECT_EQ(merged.ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_THAT(merged.open_obligations(), SizeIs(4));
  EXPECT_THAT(merged.merged_customer_ids(), ElementsAre(home.conversation_id()));
  EXPECT_THAT(merged.addresses(), SizeIs(2));
  EXPECT_EQ(merged.addresses(1).customer_id(), home.conversation_id());
  EXPECT_EQ(merge(work.conversation_id(), home.conversation_id()).id(), merged.id());  // again, by its key
}

TEST_F(MergeTest, WhatComesToTheMergedAddressJoinsItsThreadAndIsAnsweredWhereItCameFrom) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  const auto more = write("h2", "ana@home.lv", "h1");
  EXPECT_EQ(more.conversation_id(), merged.id());
  EXPECT_EQ(more.ticket_id(), merged.ticket().id());
  EXPECT_FALSE(more.ticket_opened());
  const auto entries = timeline(merged.id());
  EXPECT_EQ(entries.back().thread_id(), entries[1].thread_id());
  EXPECT_EQ(entries.back().customer_id(), home.conversation_id());
  auto both = answer(home.entry_id(), "k1");
  EXPECT_EQ(run(service_->reply(both)).error().reason, Reason::kNewerEntries);
  both.set_seen_sequence(more.sequence());
  both.set_idempotency_key("k2");
  const auto replied = run(service_->reply(both));
  ASSERT_TRUE(replied.ok()) << replied.error().message;
  EXPECT_EQ(replied->entry().to().address(), "mailto:ana@home.lv");
  EXPECT_EQ(replied->entry().customer_id(), home.conversation_id());
  EXPECT_THAT(conversation(merged.id()).open_obligations(), ElementsAre(work.entry_id()));
  EXPECT_TRUE(write("h2", "ana@home.lv").duplicate());
  EXPECT_TRUE(write("h1", "ana@home.lv").duplicate());
}

TEST_F(MergeTest, WhoHeldTheLosersTicketHoldsTheOneThatIsLeft) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  assign(home.ticket_id(), "ana", 1, "a1");
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  EXPECT_EQ(merged.ticket().id(), work.ticket_id());
  EXPECT_EQ(merged.ticket().agent_id(), "ana");
  EXPECT_EQ(merged.ticket().assignment_token(), 1);
}

TEST_F(MergeTest, ASurvivorWithoutWorkTakesOverTheLosers) {
  const auto work = write("w1", "ana@work.lv");
  reply_to(work.entry_id(), "k1");
  v1::ResolveRequest done;
  done.set_idempotency_key("r1");
  done.set_ticket_id(work.ticket_id());
  ASSERT_TRUE(run(service_->resolve(done)).ok());
  const auto home = write("h1", "ana@home.lv");
  const auto waiting = conversation(home.conversation_id()).ticket().waiting_since_ms();
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  EXPECT_EQ(merged.ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_NE(merged.ticket().id(), work.ticket_id());
  EXPECT_EQ(merged.ticket().waiting_since_ms(), waiting);
  EXPECT_THAT(merged.open_obligations(), ElementsAre(home.entry_id()));
}

TEST_F(MergeTest, TakingItBackSendsEveryEntryToThePersonWhoseAddressItCameFrom) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  const auto since = write("h2", "ana@home.lv", "h1");
  write("w2", "ana@work.lv");
  auto both = answer(since.entry_id(), "k1");
  both.set_seen_sequence(since.sequence());
  const auto replied = run(service_->reply(both))->entry().id();
  write("h3", "ana@home.lv", "h2");

  const auto unmerged = unmerge(home.conversation_id());
  EXPECT_EQ(unmerged.restored().id(), home.conversation_id());
  EXPECT_THAT(messages(work.conversation_id()), ElementsAre("w1", "w2"));
  EXPECT_THAT(messages(home.conversation_id()), ElementsAre("h1", "h2", "h3"));
  EXPECT_EQ(run(store_.entry(replied))->conversation_id(), home.conversation_id());
  EXPECT_THAT(unmerged.survivor().open_obligations(), SizeIs(2));
  EXPECT_THAT(unmerged.restored().open_obligations(), SizeIs(1));
  EXPECT_EQ(unmerged.restored().ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_THAT(unmerged.survivor().addresses(), SizeIs(1));
  EXPECT_EQ(timeline(home.conversation_id())[0].obligation(), v1::OBLIGATION_STATE_ANSWERED);
  EXPECT_EQ(timeline(home.conversation_id())[0].answered_by_entry_id(), replied);
  EXPECT_EQ(unmerge(home.conversation_id()).restored().id(), home.conversation_id());  // again, by its key

  EXPECT_TRUE(write("h3", "ana@home.lv").duplicate());
  const auto next = write("h4", "ana@home.lv", "h3");
  EXPECT_EQ(next.conversation_id(), home.conversation_id());
  const auto entries = timeline(home.conversation_id());
  EXPECT_EQ(entries.back().thread_id(), entries.front().thread_id());
  EXPECT_EQ(write("w3", "ana@work.lv").conversation_id(), work.conversation_id());
}

TEST_F(MergeTest, AMergeOfAMergeLeadsEveryAddressToTheLastSurvivorAndComesApartAgain) {
  const auto a = write("a1", "a@x.lv"), b = write("b1", "b@x.lv"), c = write("c1", "c@x.lv");
  merge(b.conversation_id(), a.conversation_id(), "m1");
  merge(c.conversation_id(), b.conversation_id(), "m2");
  EXPECT_EQ(write("a2", "a@x.lv", "a1").conversation_id(), c.conversation_id());
  EXPECT_THAT(messages(a.conversation_id()), ElementsAre("a1", "b1", "c1", "a2"));
  v1::UnmergeRequest inner;
  inner.set_idempotency_key("u1");
  inner.set_customer_id(a.conversation_id());
  inner.set_reason("wrong");
  EXPECT_EQ(run(service_->unmerge(inner)).error().reason, Reason::kMergeImpossible);
  unmerge(b.conversation_id(), "u2");
  EXPECT_THAT(messages(c.conversation_id()), ElementsAre("c1"));
  EXPECT_THAT(messages(b.conversation_id()), ElementsAre("a1", "b1", "a2"));
  unmerge(a.conversation_id(), "u3");
  EXPECT_THAT(messages(b.conversation_id()), ElementsAre("b1"));
  EXPECT_THAT(messages(a.conversation_id()), ElementsAre("a1", "a2"));
  merge(a.conversation_id(), b.conversation_id(), "m3");
  EXPECT_THAT(messages(a.conversation_id()), ElementsAre("a1", "b1", "a2"));
}

TEST_F(MergeTest, AReplyOfBeforeTheMergeThatBouncesAfterItIsOwedByTheSurvivor) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  const auto reply = reply_to(home.entry_id(), "k1");
  merge(work.conversation_id(), home.conversation_id());
  EXPECT_THAT(conversation(work.conversation_id()).open_obligations(), ElementsAre(work.entry_id()));
  v1::BounceReport bounce;
  bounce.set_native_id("dsn1");
  bounce.set_state(v1::DELIVERY_STATE_BOUNCED);
  bounce.set_detail("5.1.1 no such user");
  bounce.add_references(reply.native_id() + "@hark.localhost");
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  EXPECT_THAT(conversation(work.conversation_id()).open_obligations(),
              UnorderedElementsAre(work.entry_id(), home.entry_id()));
  EXPECT_EQ(run(store_.entry(reply.id()))->delivery(), v1::DELIVERY_STATE_BOUNCED);
  EXPECT_EQ(reply_to(home.entry_id(), "k1").id(), reply.id());  // its key still acts once
}

TEST_F(MergeTest, WhatAKeyDidBeforeItIsNotDoneAgainAfterIt) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  v1::AddNoteRequest note;
  note.set_idempotency_key("note");
  note.set_conversation_id(home.conversation_id());
  note.set_text("She moves house.");
  const auto noted = run(service_->add_note(note));
  v1::WaiveObligationRequest waive;
  waive.set_idempotency_key("waive");
  waive.set_entry_id(home.entry_id());
  waive.set_reason("a greeting");
  const auto waived = run(service_->waive_obligation(waive));
  v1::SetPreferredAgentsRequest prefer;
  prefer.set_idempotency_key("prefer");
  prefer.set_conversation_id(home.conversation_id());
  prefer.add_preferred_agent_ids("ben");
  ASSERT_TRUE(run(service_->set_preferred_agents(prefer)).ok());
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  const auto entries = timeline(merged.id()).size();
  EXPECT_EQ(run(service_->add_note(note))->entry().id(), noted->entry().id());
  EXPECT_EQ(run(service_->waive_obligation(waive))->entry().id(), waived->entry().id());
  EXPECT_TRUE(run(service_->set_preferred_agents(prefer)).ok());
  EXPECT_THAT(timeline(merged.id()), SizeIs(entries));
  unmerge(home.conversation_id());
  EXPECT_EQ(run(service_->add_note(note))->entry().id(), noted->entry().id());
  note.set_text("She stays.");
  EXPECT_EQ(run(service_->add_note(note)).error().reason, Reason::kIdempotencyKeyReused);
}

TEST_F(MergeTest, AReopeningOfBeforeTheMergeIsNotRepeatedAfterIt) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  reply_to(home.entry_id(), "k1");
  resolve(home.ticket_id());
  v1::ReopenRequest reopen;
  reopen.set_idempotency_key("again");
  reopen.set_conversation_id(home.conversation_id());
  ASSERT_TRUE(run(service_->reopen(reopen)).ok());
  const auto merged = merge(work.conversation_id(), home.conversation_id());
  const auto repeated = run(service_->reopen(reopen));
  ASSERT_TRUE(repeated.ok()) << repeated.error().message;
  EXPECT_EQ(repeated->ticket().id(), merged.ticket().id());
}

TEST_F(MergeTest, TheAgeOfATicketCountsFromTheOldestOfTheTwoAndIsGivenBackWithWhatIsOwed) {
  const auto home = write("h1", "ana@home.lv");
  const auto wrote = conversation(home.conversation_id()).ticket().opened_at_ms();
  const auto work = write("w1", "ana@work.lv");
  const auto later = conversation(work.conversation_id()).ticket().opened_at_ms();
  EXPECT_EQ(merge(work.conversation_id(), home.conversation_id()).ticket().opened_at_ms(), wrote);
  const auto apart = unmerge(home.conversation_id());
  EXPECT_EQ(apart.restored().ticket().opened_at_ms(), wrote);
  EXPECT_LE(apart.survivor().ticket().opened_at_ms(), later);
}

TEST_F(MergeTest, WhatTheLosersTicketWaitedForIsWaitedForByTheOneThatIsLeft) {
  const auto work = write("w1", "ana@work.lv");
  reply_to(work.entry_id(), "k1");
  resolve(work.ticket_id());
  const auto home = accept(chat("v1"));
  v1::TransferRequest pass;
  pass.set_idempotency_key("pass");
  pass.set_ticket_id(home.ticket_id());
  pass.set_agent_id("ana");
  pass.set_assignment_token(assign(home.ticket_id(), "ana", 1, "take").assignment_token());
  pass.set_wanted_queue_id("claims");
  pass.add_wanted_skills("lv");
  pass.set_reason("a claim");
  ASSERT_TRUE(run(service_->transfer(pass)).ok());
  const auto ticket = merge(work.conversation_id(), home.conversation_id()).ticket();
  EXPECT_NE(ticket.id(), work.ticket_id());
  EXPECT_EQ(ticket.wanted_queue_id(), "claims");
  EXPECT_THAT(ticket.wanted_skills(), ElementsAre("lv"));
  EXPECT_TRUE(ticket.chatting());
}

TEST_F(MergeTest, OneThatWasCutOffIsFinishedThoughNobodyMeetsIt) {
  const auto work = write("w1", "ana@work.lv");
  const auto home = write("h1", "ana@home.lv");
  Store::Saga saga{false, work.conversation_id(), home.conversation_id(), "ben", "one", "m1", "d", "1", ""};
  ASSERT_TRUE(*run(store_.begin_saga(clock_.now(), saga)));
  clock_.advance(std::chrono::seconds{9});
  ASSERT_TRUE(run(service_->finish_all_sagas(std::chrono::seconds{10})).ok());
  EXPECT_EQ(conversation(home.conversation_id()).id(), home.conversation_id()) << "it may still be under way";
  clock_.advance(std::chrono::seconds{1});
  ASSERT_TRUE(run(service_->finish_all_sagas(std::chrono::seconds{10})).ok());
  EXPECT_THAT(conversation(work.conversation_id()).open_obligations(),
              UnorderedElementsAre(work.entry_id(), home.entry_id()));
}

TEST_F(MergeTest, TwoMergesThatCrossLeaveOneConversation) {
  const auto a = write("a1", "a@x.lv"), b = write("b1", "b@x.lv");
  std::optional<Result<v1::MergeResponse>> one, other;
  tasks().spawn("merge", keep(service_->merge(merging(a.conversation_id(), b.conversation_id(), "m1")), one));
  tasks().spawn("merge",
                keep(service_->merge(merging(b.conversation_id(), a.conversation_id(), "m2")), other));
  run_until_idle();
  merge(a.conversation_id(), b.conversation_id(), "m3");  // should both have given way
  EXPECT_EQ(conversation(a.conversation_id()).id(), conversation(b.conversation_id()).id());
  EXPECT_THAT(messages(a.conversation_id()), ElementsAre("a1", "b1"));
}

/// Four addresses that write, are answered, merged and taken apart all at once, by processes that die in the
/// middle.
class MergeStorm : public MergeTest {
 protected:
  static constexpr int kAddresses = 4;
  static constexpr int kRounds = 12;

  std::string address(int i) { return "p" + std::to_string(i) + "@x.lv"; }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  Task<> one_accept(int who, std::string id) {
    auto message = mail(id, address(who));
    if (!sent_.empty())
      message.mutable_thread()->add_references(sent_[random_() % sent_.size()].first + "@x.lv");
    const auto accepted = co_await service_->accept(std::move(message));
    if (!accepted.ok()) co_return;
    entries_.push_back(accepted->entry_id());
  }
  Task<> one_reply(std::string entry, std::string key) {
    auto request = answer(entry, key);
    request.set_seen_sequence(1'000'000);
    (void)co_await service_->reply(request);
  }
  Task<> one_merge(std::string survivor, std::string loser, std::string key) {
    (void)co_await service_->merge(merging(survivor, loser, key));
  }
  Task<> one_unmerge(std::string customer, std::string key) {
    v1::UnmergeRequest request;
    request.set_idempotency_key(key);
    request.set_customer_id(customer);
    request.set_reason("no");
    (void)co_await service_->unmerge(request);
  }
  Task<> turns(int count) {
    for (int i = 0; i < count; ++i) co_await asio::post(executor(), asio::use_awaitable);
  }

  /// A few things at once; some of them in a process that dies after so many turns of the loop.
  void round(int number) {
    TaskGroup dying{executor()};
    for (int i = 0; i < 6; ++i) {
      const auto key = std::to_string(number) + "-" + std::to_string(i);
      auto& process = pick(3) == 0 ? dying : tasks();
      const auto some = [&] { return customers_[static_cast<std::size_t>(pick(kAddresses))]; };
      switch (pick(6)) {
        case 0:
        case 1: {
          const int who = pick(kAddresses);
          sent_.emplace_back("s" + key, who);
          process.spawn("accept", one_accept(who, "s" + key));
          break;
        }
        case 2:
          if (!entries_.empty())
            process.spawn("reply", one_reply(entries_[random_() % entries_.size()], key));
          break;
        case 3:
        case 4:
          process.spawn("merge", one_merge(some(), some(), key));
          break;
        default:
          process.spawn("unmerge", one_unmerge(some(), key));
      }
    }
    tasks().spawn("the time that the process lives", turns(pick(4'000)));
    tasks().spawn("dies", die(dying));
    run_until_idle();
  }
  Task<> die(TaskGroup& process) {
    co_await turns(pick(3'000));
    process.cancel();
    co_await process.wait();
  }

  /// Every message once, with those of its address, and owed or answered; every live conversation has one
  /// ticket at most.
  void check() {
    std::map<std::string, std::string> seen_in;
    std::set<std::string> live;
    for (const auto& customer : customers_) live.insert(conversation(customer).id());
    for (const auto& id : live) {
      const auto now = conversation(id);
      std::size_t owed = 0;
      for (const auto& entry : timeline(id)) {
        if (entry.kind() != v1::ENTRY_KIND_INBOUND) continue;
        EXPECT_TRUE(seen_in.emplace(entry.native_id(), id).second) << entry.native_id() << " is there twice";
        owed += entry.obligation() == v1::OBLIGATION_STATE_OPEN ? 1 : 0;
      }
      EXPECT_EQ(static_cast<std::size_t>(now.open_obligations_size()), owed);
      if (owed > 0) EXPECT_NE(now.ticket().state(), v1::TICKET_STATE_RESOLVED);
    }
    for (const auto& [id, who] : sent_) {
      ASSERT_TRUE(seen_in.contains(id)) << id << " is lost";
      EXPECT_EQ(seen_in[id], conversation(customers_[static_cast<std::size_t>(who)]).id());
    }
  }

  std::mt19937 random_;
  std::vector<std::string> customers_;
  std::vector<std::pair<std::string, int>> sent_;  // native id, whose
  std::vector<std::string> entries_;
};

class MergeStorms : public MergeStorm, public ::testing::WithParamInterface<int> {};

TEST_P(MergeStorms, LoseDoubleAndMisplaceNothing) {
  random_.seed(static_cast<unsigned>(GetParam()));
  for (int i = 0; i < kAddresses; ++i) {
    sent_.emplace_back("first" + std::to_string(i), i);
    customers_.push_back(write(sent_.back().first, address(i)).conversation_id());
  }
  for (int number = 0; number < kRounds; ++number) round(number);
  // Senders who got no answer send again; what died is finished by the next start.
  ASSERT_TRUE(run(service_->finish_all_sagas()).ok());
  for (const auto& [id, who] : sent_) accept(mail(id, address(who)));
  check();
  // Taken apart, everybody has what came from their address.
  for (int again = 0; again < kAddresses; ++again) {
    for (int i = 0; i < kAddresses; ++i) {
      tasks().spawn("unmerge", one_unmerge(customers_[static_cast<std::size_t>(i)],
                                           "apart" + std::to_string(again) + "-" + std::to_string(i)));
      run_until_idle();
    }
  }
  check();
  for (int i = 0; i < kAddresses; ++i) {
    EXPECT_EQ(conversation(customers_[static_cast<std::size_t>(i)]).id(),
              customers_[static_cast<std::size_t>(i)]);
    for (const auto& entry : timeline(customers_[static_cast<std::size_t>(i)])) {
      if (entry.kind() != v1::ENTRY_KIND_INBOUND) continue;
      EXPECT_EQ(entry.sender().address(), "mailto:" + address(i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MergeStorms, ::testing::Range(1, 21));

}  // namespace
}  // namespace hark::conversation
