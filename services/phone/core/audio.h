#pragma once

#include <string_view>

namespace hark::phone {

/// The content type of a recording, by its first bytes: audio/wav, audio/mpeg, audio/ogg or audio/mp4. Empty:
/// it is none, but perhaps a page that asks for a password.
std::string_view audio_type_of(std::string_view bytes);

}  // namespace hark::phone
