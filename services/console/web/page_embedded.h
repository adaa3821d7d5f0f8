#pragma once

#include <string_view>

namespace hark::console::page {

extern const std::string_view index_html;
extern const std::string_view style_css;
extern const std::string_view app_js;
extern const std::string_view link_js;
extern const std::string_view state_js;
extern const std::string_view dom_js;
extern const std::string_view work_js;
extern const std::string_view timeline_js;
extern const std::string_view composer_js;
extern const std::string_view lists_js;
extern const std::string_view words_js;
extern const std::string_view icon_svg;

}  // namespace hark::console::page
