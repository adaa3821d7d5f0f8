#include "conversation/unfinished_merges.h"

#include "base/async/notifier.h"

namespace hark::conversation {
namespace {

constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::seconds kLeftAloneFor{20};

}  // namespace

void UnfinishedMerges::start() { tasks_.spawn("unfinished merges", carry_on()); }

Task<> UnfinishedMerges::carry_on() {
  for (;;) {
    co_await sleep_for(kLookEvery);
    const auto finished = co_await service_.finish_all_sagas(kLeftAloneFor);
    if (!finished.ok()) on_failure_(finished.error());
  }
}

}  // namespace hark::conversation
