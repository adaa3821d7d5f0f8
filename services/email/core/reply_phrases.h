#pragma once

#include <string>
#include <string_view>

namespace hark::email {

// The words by which mail programs mark what is not the writer's own, in the languages of their menus. All
// functions take a line that went through fold_line().

/// Lower case (all scripts), every kind of blank as one of ASCII, zero-width characters gone, curly quotes
/// straight.
std::string fold_line(std::string_view line);

/// What a line of a quoted header block names.
enum class HeaderWord { kNone, kFrom, kDate, kTo, kSubject, kOther };
HeaderWord header_word(std::string_view folded);

/// Only decoration: "____", "----", "====".
bool is_rule(std::string_view folded);

/// "-----Original Message-----" and the like: the quoted mail follows.
bool is_original_marker(std::string_view folded);

/// "---------- Forwarded message", "Begin forwarded message:" and the like: what follows is meant to be read.
bool is_forward_marker(std::string_view folded);

/// "Sent from my iPhone" and the like, short and alone on its line.
bool is_mobile_signature(std::string_view folded);

/// "P.S." and the like: the writer speaks again.
bool is_postscript(std::string_view folded);

/// "Fwd:", "WG:", "TR:" ... at the start of a subject (not folded): the mail hands another one on.
bool is_forward_subject(std::string_view subject);

// Lines that stand for what HTML says by its elements, put into the text that is made from it.
constexpr std::string_view kQuoteFollowsMark = "\x02";  // as good as "On ..., somebody wrote:"
constexpr std::string_view kRestQuotedMark = "\x03";    // as good as "-----Original Message-----"

/// How sure it is that some lines, joined with blanks, are "On <date>, <somebody> wrote:".
enum class Attribution {
  kNone,
  kWeak,    // only if a quote marked with '>' follows
  kStrong,  // also if what follows is not marked
};
Attribution attribution(std::string_view folded_lines);

/// The line could be the first of such words (On, Am, Le, 12.03.2024 ...), or begins with a sender and a
/// verb.
bool may_open_attribution(std::string_view folded);

}  // namespace hark::email
