#pragma once

#include <span>
#include <string>
#include <vector>

namespace hark::conversation {

constexpr std::size_t kClaimsMax = 8;
constexpr std::size_t kPossibleMatchesMax = 16;  // kept per conversation; further ones are dropped

/// An address that a sender says is theirs, and whose it is.
struct ClaimedAddress {
  std::string address;  // normalised
  bool verified = false;
  std::string why;
  std::string owner;  // conversation; empty: nobody's
};

/// To whom a sender belongs: the owner of the address that they write from; else the owner of the first
/// verified claim that has one; empty: a new customer. An unverified claim never decides anything.
std::string choose_owner(const std::string& owner_of_sender, std::span<const ClaimedAddress> claims);

/// What becomes of the claims once it is clear whose the sender is.
struct ClaimOutcome {
  std::vector<std::string> joined;      // the customer's own from now on, verified
  std::vector<ClaimedAddress> matches;  // for an agent to judge: unverified, or another customer's
};
ClaimOutcome judge_claims(const std::string& customer, std::span<const ClaimedAddress> claims);

}  // namespace hark::conversation
