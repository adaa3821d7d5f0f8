#include <cstdint>
#include <cstdlib>
#include <string>

#include "social/core/json.h"
#include "social/core/network.h"

namespace {

// What must hold of any request whatever: else the process stops and the input is kept.
void require(bool holds) {
  if (!holds) std::abort();
}

void check(const hark::social::Said& said) {
  require(!said.address.empty() && !said.native_id.empty() && !said.text.empty());
  require(said.text.find('\0') == std::string::npos);
  if (said.comment)
    require(hark::social::names_comment(said.comment->id) &&
            hark::social::names_comment(said.comment->thread));
}

/// Whatever the network says to a file, nothing is asked of a place that is not the network's.
void check_hand_over(const hark::social::Network& network, const hark::social::Account& account,
                     std::string_view raw) {
  if (!network.hand_over) return;
  hark::social::Piece piece{"vk:1:5", {}, "e1"};
  piece.file = hark::social::OutFile{"a.png", "image/png", 1, "x"};
  std::vector<hark::social::Response> so_far;
  for (int i = 0; i < 4; ++i) {
    const auto step = network.hand_over(account, piece, so_far);
    const auto* call = std::get_if<hark::social::Call>(&step);
    if (!call) return;
    require(call->url.starts_with("https://"));
    require(call->authorization.empty() || call->url.starts_with(account.base_url));
    so_far.push_back({200, std::string{raw}});
  }
  require(false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::social;
  const std::string_view raw{reinterpret_cast<const char*>(data), size};
  for (const auto* network : networks()) {
    const Account account{"page",   std::string{network->name}, "1",  "token", "secret",
                          "verify", "https://x.example",        false};
    network->proves(account, [](std::string_view) { return std::string{}; }, raw);
    network->judge(200, raw);
    network->judge(400, raw);
    check_hand_over(*network, account, raw);
    const auto reading = read_request(account, raw);
    if (!reading.ok()) continue;
    for (const auto& item : reading->items) {
      if (const auto* said = std::get_if<Said>(&item.what)) check(*said);
    }
  }
  return 0;
}
