#pragma once

#include <string_view>

namespace hark::chat::page {

extern const std::string_view index_html;
extern const std::string_view page_css;
extern const std::string_view page_css_gz;
extern const std::string_view chat_js;
extern const std::string_view chat_js_gz;

}  // namespace hark::chat::page
