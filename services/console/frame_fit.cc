#include "console/frame_fit.h"

#include <string>

#include "base/core/utf8.h"

namespace hark::console {
namespace {

void fit(v1::Content& content) {
  bool cut_any = false;
  for (auto* text : {content.mutable_text(), content.mutable_visible_text()}) {
    if (text->size() <= kShownTextBytesMax) continue;
    text->resize(first_bytes(*text, kShownTextBytesMax).size());
    cut_any = true;
  }
  if (content.html().size() > kShownTextBytesMax) {
    content.clear_html();  // half a document would show something else than was sent
    cut_any = true;
  }
  if (cut_any) {
    content.add_remarks(
        "longer than a page shows: only the first 64 KiB of the text are here; open the raw message for the "
        "rest");
  }
}

}  // namespace

void fit_into_frame(google::protobuf::RepeatedPtrField<v1::Entry>& entries) {
  std::size_t total = 0;
  int keep_from = entries.size();
  while (keep_from > 0) {
    auto& entry = entries[keep_from - 1];
    fit(*entry.mutable_content());
    total += entry.ByteSizeLong();
    if (total > kFrameEntriesBytesMax && keep_from < entries.size()) break;
    --keep_from;
  }
  entries.DeleteSubrange(0, keep_from);
}

}  // namespace hark::console
