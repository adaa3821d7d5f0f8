// The one translation unit that compiles Asio; everywhere else it is declarations only.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
