#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

struct SanitisedHtml {
  std::string html;
  std::vector<std::string> content_ids;  // of the images shown by cid:, decoded, each once
  bool has_remote_images = false;        // their addresses stand in data-hark-src
};

/// What of a mail's HTML may be shown to an agent: a fragment, well formed and balanced, made anew from an
/// allow-list.
/// - Elements: text, lists, tables, links, images. Others go and their text stays; scripts and styles go
/// whole.
/// - Attributes: the harmless ones by name, never an event, id, class or name.
/// - Links: http, https, mailto, tel; with target=_blank and rel="noopener noreferrer nofollow".
/// - Images: cid: and small data: images as they are; the address of a remote one moves to data-hark-src, so
/// nothing is
///   loaded before somebody asks for it.
/// - Style: properties and values from a list; no url(), no positioning.
/// Linear in the size, nesting is capped at 200 levels. Input is UTF-8.
SanitisedHtml sanitise_html(std::string_view html);

/// The words of an HTML text: blocks and breaks as lines, list items marked "- ", quoted blocks marked "> ",
/// images by their alternative text. Never fails; linear.
std::string html_to_text(std::string_view html);

/// Whether html_to_text() would write this text, but for blanks around it.
bool is_text_of_html(std::string_view text, std::string_view html);

/// Plain text as an HTML fragment that looks the same.
std::string text_to_html(std::string_view text);

}  // namespace hark::email
