#include <gmock/gmock.h>

#include <map>
#include <set>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_F(ConversationsTest, ListsEarlierTicketsWithWhatCameOfThem) {
  v1::AcceptResponse last;
  for (const auto* id : {"1", "2", "3"}) {
    last = accept(mail(id));
    if (std::string{id} == "3") break;
    v1::ResolveRequest resolve;
    resolve.set_idempotency_key(std::string{"r"} + id);
    resolve.set_ticket_id(last.ticket_id());
    resolve.set_agent_id("ana");
    resolve.set_disposition(std::string{"sent "} + id);
    resolve.set_waive_reason("done by phone");
    ASSERT_TRUE(run(service_->resolve(resolve)).ok());
    clock_.advance(std::chrono::hours{1});
  }
  v1::ListTicketsRequest request;
  request.set_conversation_id(last.conversation_id());
  const auto tickets = *run(service_->list_tickets(request));
  ASSERT_EQ(tickets.tickets_size(), 3);
  EXPECT_EQ(tickets.tickets(0).id(), last.ticket_id());
  EXPECT_EQ(tickets.tickets(0).disposition(), "");
  EXPECT_EQ(tickets.tickets(1).disposition(), "sent 2");
  EXPECT_EQ(tickets.tickets(1).resolved_by(), "ana");
  EXPECT_GT(tickets.tickets(1).resolved_at_ms(), tickets.tickets(2).resolved_at_ms());
  request.set_conversation_id("con_" + std::string(26, '0'));
  EXPECT_EQ(run(service_->list_tickets(request)).error().reason, Reason::kConversationNotFound);
}

TEST_F(ConversationsTest, FindsConversationsByNameAddressSubjectAndWords) {
  auto named = mail("1", "b\u0113rzi\u0146\u0161@x.lv");
  named.mutable_sender()->set_name("Anna B\u0113rzi\u0146a");
  named.mutable_content()->set_subject("Invoice 4711");
  const auto first = accept(named);
  clock_.advance(std::chrono::minutes{1});
  const auto second = accept(mail("2", "paul@y.lv"));
  const auto found = [&](const std::string& query) {
    v1::SearchRequest request;
    request.set_query(query);
    std::vector<std::string> ids;
    const auto response = *run(service_->search(request));
    for (const auto& hit : response.hits()) ids.push_back(hit.conversation().id() + " " + hit.where());
    return ids;
  };
  EXPECT_THAT(found("berzina ANNA"), ElementsAre(first.conversation_id() + " name"));
  EXPECT_THAT(found("invoice 4711"), ElementsAre(first.conversation_id() + " subject"));
  EXPECT_THAT(found("paul@y.lv"), ElementsAre(second.conversation_id() + " address"));
  EXPECT_THAT(found("broken"),
              ElementsAre(second.conversation_id() + " text", first.conversation_id() + " text"))
      << "what changed last comes first";
  EXPECT_THAT(found("paul broken"), ElementsAre(second.conversation_id() + " address"));
  EXPECT_THAT(found("nobody"), ::testing::IsEmpty());
  v1::SearchRequest bad;
  bad.set_query(" ?! ");
  EXPECT_EQ(run(service_->search(bad)).error().reason, Reason::kInvalidField);
  bad.set_query(std::string(kQueryBytesMax + 1, 'a'));
  EXPECT_EQ(run(service_->search(bad)).error().reason, Reason::kInvalidField);
}

TEST_F(ConversationsTest, DoesNotFindAWhisperForThoseWhoMayNotReadIt) {
  const auto first = accept(mail("1"));
  v1::AddNoteRequest note;
  note.set_idempotency_key("n1");
  note.set_conversation_id(first.conversation_id());
  note.set_agent_id("sam");
  note.set_text("tactfully");
  note.set_whisper_to("ana");
  ASSERT_TRUE(run(service_->add_note(note)).ok());
  v1::SearchRequest request;
  request.set_query("tactfully");
  for (const auto& [agent, hits] : std::map<std::string, int>{{"ana", 1}, {"sam", 1}, {"", 1}, {"ben", 0}}) {
    request.set_as_agent_id(agent);
    EXPECT_EQ(run(service_->search(request))->hits_size(), hits) << agent;
  }
}

TEST_F(ConversationsTest, SearchesABoundedNumberAtOnceAndGoesOnFromThere) {
  for (int i = 0; i < kSearchedPerCall + 20; ++i) {
    auto message = mail("m" + std::to_string(i), "c" + std::to_string(i) + "@x.lv");
    if (i == 5) message.mutable_content()->set_text("a zebra");
    accept(std::move(message));
    clock_.advance(std::chrono::seconds{1});
  }
  v1::SearchRequest request;
  request.set_query("c5@x.lv");
  EXPECT_EQ(run(service_->search(request))->hits(0).conversation().addresses(0).address(), "mailto:c5@x.lv")
      << "an address is found first, however old it is";
  request.set_query("zebra");
  auto response = *run(service_->search(request));
  EXPECT_EQ(response.hits_size(), 0);
  ASSERT_FALSE(response.next_page_token().empty());
  EXPECT_GT(response.searched_back_to_ms(), 0);
  request.set_page_token(response.next_page_token());
  response = *run(service_->search(request));
  EXPECT_EQ(response.hits_size(), 1);
  EXPECT_TRUE(response.next_page_token().empty());

  request.set_query("kettle");
  request.clear_page_token();
  std::set<std::string> seen;
  do {
    response = *run(service_->search(request));
    for (const auto& hit : response.hits()) EXPECT_TRUE(seen.insert(hit.conversation().id()).second);
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(seen, SizeIs(kSearchedPerCall + 20));
}

TEST_F(ConversationsTest, FindsThePlaceInTheLogWhereATimeBegins) {
  const auto begin = clock_.now();
  std::string conversation;
  for (int i = 0; i < 10; ++i) {
    conversation = accept(mail("m" + std::to_string(i))).conversation_id();
    clock_.advance(std::chrono::minutes{1});
  }
  const auto partition = *partition_of(conversation);
  const auto at = [&](Duration after) { return *run(store_.position_before(partition, 10, begin + after)); };
  EXPECT_EQ(at(Duration{0}), 0);
  EXPECT_EQ(at(Duration{1}), 1);
  EXPECT_EQ(at(std::chrono::minutes{5}), 5);
  EXPECT_EQ(at(std::chrono::hours{1}), 10);
}

}  // namespace
}  // namespace hark::conversation
