#include <cstddef>
#include <cstdint>
#include <sstream>

#include "routing/study/journal_file.h"

/// A file that says it is a journal: read to its end, and replayed as far as it goes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::routing;
  std::istringstream in{std::string{reinterpret_cast<const char*>(data), size}};
  JournalReader reader{in};
  Replay replay{std::chrono::seconds{20}};
  for (;;) {
    const auto entry = reader.next();
    if (!entry.ok() || !*entry) break;
    const auto said = recorded(**entry);
    if (!said) continue;
    if (const auto* start = std::get_if<RecordedStart>(&*said)) replay.begin(*start);
    if (const auto* input = std::get_if<RecordedInput>(&*said)) (void)replay.apply(*input);
  }
  (void)replay.kpis();
  return 0;
}
