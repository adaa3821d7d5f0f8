// One connection that carries mails of 5 KiB in reads of 64 KiB: how much of a core does the protocol take?
#include <benchmark/benchmark.h>

#include "email/core/lmtp_session.h"

namespace hark::email {
namespace {

void mails_of_5_kib(benchmark::State& state) {
  std::string mail = "MAIL FROM:<ana@x.lv> SIZE=5200\r\nRCPT TO:<support@hark.localhost>\r\nDATA\r\n";
  while (mail.size() < 5 * 1024)
    mail += "A line of an ordinary mail, as long as lines usually are, more or less.\r\n";
  mail += ".\r\n";
  LmtpSession session{{}, [](std::string_view) { return RecipientAnswer::kOurs; }};
  benchmark::DoNotOptimize(session.feed("LHLO mta\r\n"));
  for (auto _ : state) {
    auto effects = session.feed(mail);
    if (!effects.deliver) return state.SkipWithError("no mail came out");
    benchmark::DoNotOptimize(session.delivered({{}}));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(mail.size()));
}
BENCHMARK(mails_of_5_kib);

}  // namespace
}  // namespace hark::email
