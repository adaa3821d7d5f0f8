#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

/// A subject that ends in the mark of its thread, "[#<token>]", for mail programs that drop the headers of
/// what they answer. A mark that is there already, or blanks at the end, go.
std::string with_mark(std::string_view subject, std::string_view token);

struct MarkedSubject {
  std::string subject;              // without its marks
  std::vector<std::string> tokens;  // lower case, in order; whether one is genuine is for who holds the key
};

/// Takes the marks out of a subject. White space in a mark comes from folding and makes no difference; what
/// has not the form of a token stays where it is, so that a mark that was cut off is nothing but words.
MarkedSubject take_marks(std::string_view subject);

}  // namespace hark::email
