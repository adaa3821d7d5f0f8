#pragma once

#include <string_view>

namespace hark::routing::lexicon {

/// lexicon/*.txt, embedded by the build.
extern const std::string_view any_txt;
extern const std::string_view en_txt;
extern const std::string_view lv_txt;
extern const std::string_view pl_txt;
extern const std::string_view ru_txt;

}  // namespace hark::routing::lexicon
