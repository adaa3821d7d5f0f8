#include "base/agent/desk.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace hark {

void take_frame(v1::AgentSessionResponse& desk, v1::AgentSessionResponse frame) {
  auto& offers = *desk.mutable_offers();
  if (frame.whole()) offers.Clear();
  const std::set<std::string_view> gone{frame.gone_offer_ids().begin(), frame.gone_offer_ids().end()};
  std::set<std::string_view> told;
  for (const v1::Offer& offer : frame.offers()) told.insert(offer.id());
  offers.erase(std::remove_if(offers.begin(), offers.end(),
                              [&](const v1::Offer& offer) {
                                return gone.contains(offer.id()) || told.contains(offer.id());
                              }),
               offers.end());
  for (v1::Offer& offer : *frame.mutable_offers()) *offers.Add() = std::move(offer);
  *desk.mutable_agent() = std::move(*frame.mutable_agent());
  if (frame.has_choices()) *desk.mutable_choices() = std::move(*frame.mutable_choices());
}

}  // namespace hark
