// The one translation unit that compiles Beast's own functions; everywhere else they are declarations only.
#include <boost/beast/src.hpp>
