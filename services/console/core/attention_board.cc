#include "console/core/attention_board.h"

namespace hark::console {

bool AttentionBoard::say(const Said& said, bool held, TimePoint now) {
  const Key key{said.conversation_id, said.who};
  const auto found = lines_.find(key);
  if (said.gone) return found != lines_.end() && lines_.erase(key) > 0;
  if (found == lines_.end() && lines_.size() >= kAttentionLinesMax) return false;
  auto& line = lines_[key];
  const bool news = found == lines_.end() || line.typing != said.typing;
  line.held = line.held || held;
  line.typing = said.typing;
  line.until = now + kAttentionHolds;
  if (said.typing) line.typing_until = now + kAttentionHolds;
  return news;
}

std::vector<AttentionBoard::Said> AttentionBoard::expire(TimePoint now) {
  std::vector<Said> out;
  for (auto it = lines_.begin(); it != lines_.end();) {
    auto& [key, line] = *it;
    if (!line.held && now >= line.until) {
      out.push_back({key.first, key.second, false, true});
      it = lines_.erase(it);
      continue;
    }
    if (line.typing && now >= line.typing_until) {
      line.typing = false;
      out.push_back({key.first, key.second, false, false});
    }
    ++it;
  }
  return out;
}

std::vector<AttentionBoard::Said> AttentionBoard::on(std::string_view conversation_id,
                                                     std::string_view except) const {
  std::vector<Said> out;
  const std::string conversation{conversation_id};
  for (auto it = lines_.lower_bound({conversation, {}});
       it != lines_.end() && it->first.first == conversation; ++it) {
    if (it->first.second != except) out.push_back({conversation, it->first.second, it->second.typing, false});
  }
  return out;
}

std::vector<AttentionBoard::Said> AttentionBoard::held() const {
  std::vector<Said> out;
  for (const auto& [key, line] : lines_) {
    if (line.held) out.push_back({key.first, key.second, line.typing, false});
  }
  return out;
}

}  // namespace hark::console
