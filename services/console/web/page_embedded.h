#pragma once

#include <string_view>

namespace hark::console::page {

extern const std::string_view index_html;
extern const std::string_view style_css;
extern const std::string_view style_css_gz;
extern const std::string_view app_js;
extern const std::string_view app_js_gz;
extern const std::string_view viewer_html;
extern const std::string_view viewer_js;
extern const std::string_view viewer_js_gz;
extern const std::string_view icon_svg;

}  // namespace hark::console::page
