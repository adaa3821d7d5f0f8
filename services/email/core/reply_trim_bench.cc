// A reply of 5 KiB, half of it quoted: what do trimming its text and its HTML cost?
#include <benchmark/benchmark.h>

#include "email/core/html_reply.h"
#include "email/core/reply_trim.h"

namespace hark::email {
namespace {

void trims_a_text_of_5_kib(benchmark::State& state) {
  std::string text;
  while (text.size() < 2500)
    text += "A line of an ordinary answer, as long as lines usually are, more or less.\n";
  text += "\nOn Mon, 13 Apr 2020 at 12:33, Support <support@hark.localhost> wrote:\n\n";
  while (text.size() < 5000)
    text += "> A line of the question, as long as lines usually are, more or less.\n";
  for (auto _ : state) benchmark::DoNotOptimize(trim_reply(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(trims_a_text_of_5_kib);

void trims_an_html_of_5_kib(benchmark::State& state) {
  std::string html = "<html><body>";
  while (html.size() < 2500) html += "<div>A line of an ordinary <b>answer</b>, as long as usual.</div>\n";
  html +=
      "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon wrote:</div><blockquote "
      "class=\"gmail_quote\">";
  while (html.size() < 5000) html += "<div>A line of the question.</div>\n";
  html += "</blockquote></div></body></html>";
  for (auto _ : state) benchmark::DoNotOptimize(trim_html_reply(html));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(html.size()));
}
BENCHMARK(trims_an_html_of_5_kib);

}  // namespace
}  // namespace hark::email
