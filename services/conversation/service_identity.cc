// Whose customer a sender is.
#include <utility>

#include "conversation/core/address.h"
#include "conversation/service.h"

namespace hark::conversation {

std::string Conversations::known_owner(const std::string& address) const {
  const auto known = known_addresses_.find(address);
  return known == known_addresses_.end() ? std::string{} : known->second;
}

void Conversations::know_owner(std::string address, std::string owner) {
  if (known_addresses_.size() >= kKnownAddressesMax) known_addresses_.clear();
  known_addresses_.emplace(std::move(address), std::move(owner));
}

std::string Conversations::new_customer_at(std::string_view address) {
  return new_id(IdKind::kConversation, home_partition(address, store_.partitions()));
}

Task<Result<std::string>> Conversations::customer_of(std::string address) {
  if (auto known = known_owner(address); !known.empty()) co_return known;
  auto candidate = new_customer_at(address);
  co_return co_await claim_for(std::move(address), std::move(candidate));
}

Task<Result<std::string>> Conversations::claim_for(std::string address, std::string candidate) {
  HARK_CO_TRY(auto owner, co_await store_.claim_address(address, candidate));
  know_owner(std::move(address), owner);
  co_return owner;
}

Task<Result<std::string>> Conversations::owner_of(std::string address) {
  if (auto known = known_owner(address); !known.empty()) co_return known;
  co_return co_await store_.address_owner(address);
}

Task<Result<Conversations::Identity>> Conversations::identify(
    std::string address, google::protobuf::RepeatedPtrField<v1::AddressClaim> claims, bool settle) {
  Identity identity;
  if (claims.empty() && settle) {
    HARK_CO_TRY(identity.customer, co_await customer_of(std::move(address)));
    co_return identity;
  }
  if (claims.empty()) {
    identity.customer = known_owner(address);
    identity.to_claim = identity.customer.empty();
    if (identity.to_claim) identity.customer = new_customer_at(address);
    co_return identity;
  }
  std::vector<ClaimedAddress> claimed;
  for (auto& claim : claims) {
    // What is no address can be nobody's; the message matters more.
    auto normal = normalise_address(claim.address(), settings_.default_region);
    if (!normal.ok() || *normal == address) continue;
    HARK_CO_TRY(auto owner, co_await owner_of(*normal));
    claimed.push_back({*std::move(normal), claim.verified(), claim.why(), std::move(owner)});
  }
  HARK_CO_TRY(const auto owner_of_sender, co_await owner_of(address));
  auto customer = choose_owner(owner_of_sender, claimed);
  bool settled = !customer.empty();
  if (!settled) customer = new_customer_at(address);
  // Claimed addresses before the sender's own, each in one write: of two devices of one person that come at
  // the same moment, the later one finds the first one's claim and follows it.
  for (auto& claim : claimed) {
    if (!claim.verified || !claim.owner.empty()) continue;
    HARK_CO_TRY(claim.owner, co_await claim_for(claim.address, customer));
    if (!std::exchange(settled, true)) customer = claim.owner;
  }
  if (owner_of_sender.empty()) {
    HARK_CO_TRY(customer, co_await claim_for(address, customer));
  }
  identity.claims = judge_claims(customer, claimed);
  identity.customer = std::move(customer);
  co_return identity;
}

}  // namespace hark::conversation
