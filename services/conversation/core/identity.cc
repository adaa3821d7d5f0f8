#include "conversation/core/identity.h"

namespace hark::conversation {

std::string choose_owner(const std::string& owner_of_sender, std::span<const ClaimedAddress> claims) {
  if (!owner_of_sender.empty()) return owner_of_sender;
  for (const auto& claim : claims) {
    if (claim.verified && !claim.owner.empty()) return claim.owner;
  }
  return {};
}

ClaimOutcome judge_claims(const std::string& customer, std::span<const ClaimedAddress> claims) {
  ClaimOutcome outcome;
  for (const auto& claim : claims) {
    if (claim.owner == customer && claim.verified) {
      outcome.joined.push_back(claim.address);
    } else if (claim.owner != customer) {
      outcome.matches.push_back(claim);
    }
  }
  return outcome;
}

}  // namespace hark::conversation
