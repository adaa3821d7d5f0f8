#include "chat/core/resume.h"

namespace hark::chat {

Resume resume(const PagePosition& page, const LogState& log) {
  const bool known = !page.epoch.empty() && page.epoch == log.epoch;
  const bool whole = page.offset >= log.first - 1 && page.offset <= log.last;
  if (known && whole) return {true, page.offset};
  return {false, log.first - 1};
}

}  // namespace hark::chat
