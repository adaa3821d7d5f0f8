#include "phone/core/audio.h"

namespace hark::phone {

std::string_view audio_type_of(std::string_view bytes) {
  if (bytes.size() < 12) return {};
  if (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WAVE") return "audio/wav";
  if (bytes.starts_with("OggS")) return "audio/ogg";
  if (bytes.substr(4, 4) == "ftyp") return "audio/mp4";
  // A tag, or the first frame: eleven bits set.
  const bool frame = bytes[0] == '\xFF' && (static_cast<unsigned char>(bytes[1]) & 0xE0) == 0xE0;
  return bytes.starts_with("ID3") || frame ? "audio/mpeg" : "";
}

}  // namespace hark::phone
