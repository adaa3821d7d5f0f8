#include "social/core/pieces.h"

namespace hark::social {
namespace {

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

std::string Piece::mark() const { return last ? entry_id : entry_id + "/" + std::to_string(number); }

std::vector<Piece> pieces_of(const Network& network, const Saying& saying, std::string_view entry_id,
                             std::string_view address) {
  std::vector<Piece> pieces;
  if (saying.filled) {
    pieces.emplace_back().filled = saying.filled;
  } else {
    for (const auto& file : saying.files) pieces.emplace_back().file = file;
    const auto texts = saying.in_public ? split_text(saying.text, network.comment_max, TextUnit::kUtf16)
                                        : split_text(saying.text, network.text_max, network.text_unit);
    for (const auto& text : texts) {
      if (!blank(text)) pieces.emplace_back().text = text;
    }
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    pieces[i].address = address;
    pieces[i].entry_id = entry_id;
    pieces[i].number = static_cast<int>(i);
    pieces[i].last = i + 1 == pieces.size();
  }
  return pieces;
}

}  // namespace hark::social
