#include "base/agent/desk.h"

#include <gmock/gmock.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace hark {
namespace {

using ::testing::ElementsAre;

v1::AgentSessionResponse frame(std::initializer_list<const char*> offers,
                               std::initializer_list<const char*> gone = {}) {
  v1::AgentSessionResponse out;
  out.mutable_agent()->set_id("ana");
  for (const auto* id : offers) out.add_offers()->set_id(id);
  for (const auto* id : gone) out.add_gone_offer_ids(id);
  return out;
}

std::vector<std::string> offers_of(const v1::AgentSessionResponse& desk) {
  std::vector<std::string> ids;
  for (const v1::Offer& offer : desk.offers()) ids.push_back(offer.id());
  return ids;
}

TEST(TakeFrame, AddsWhatIsNewAndLeavesOutWhatIsGone) {
  v1::AgentSessionResponse desk;
  take_frame(desk, frame({"1", "2"}));
  take_frame(desk, frame({"3"}, {"1", "never seen"}));
  EXPECT_THAT(offers_of(desk), ElementsAre("2", "3"));
  EXPECT_EQ(desk.gone_offer_ids_size(), 0);
}

TEST(TakeFrame, TheFrameThatIsWholeReplacesAllOffers) {
  v1::AgentSessionResponse desk;
  take_frame(desk, frame({"1", "2"}));
  auto whole = frame({"2"});
  whole.set_whole(true);
  take_frame(desk, whole);
  EXPECT_THAT(offers_of(desk), ElementsAre("2"));
}

TEST(TakeFrame, AnOfferThatIsToldAgainIsThereOnceAndAsToldLast) {
  v1::AgentSessionResponse desk;
  take_frame(desk, frame({"1", "2"}));
  auto again = frame({"1"}, {"1"});
  again.mutable_offers(0)->set_expires_at_ms(2);
  take_frame(desk, again);
  EXPECT_THAT(offers_of(desk), ElementsAre("2", "1"));
  EXPECT_EQ(desk.offers(1).expires_at_ms(), 2);
}

TEST(TakeFrame, TheAgentIsAsToldLastAndChoicesStandUntilThereAreOthers) {
  v1::AgentSessionResponse desk;
  auto first = frame({});
  first.mutable_choices()->add_queue_ids("billing");
  take_frame(desk, first);
  auto second = frame({});
  second.mutable_agent()->set_presence(v1::PRESENCE_AVAILABLE);
  take_frame(desk, second);
  EXPECT_EQ(desk.agent().presence(), v1::PRESENCE_AVAILABLE);
  EXPECT_THAT(desk.choices().queue_ids(), ElementsAre("billing"));
}

}  // namespace
}  // namespace hark
