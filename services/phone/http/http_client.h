#pragma once

#include <boost/asio/thread_pool.hpp>
#include <string>

#include "base/async/task.h"

namespace hark::phone {

/// Largest answer that is read.
constexpr std::size_t kAnswerBytesMax = 4U << 20;

struct HttpCall {
  std::string method;  // GET, POST or DELETE
  std::string url;
  std::string user, password;
  std::string form = {};  // body of a POST
};

struct HttpAnswer {
  enum class Kind {
    kAnswered,
    kNotSent,  // no byte of it has left
    kUnknown,  // it left, and no answer came
  };
  Kind kind = Kind::kNotSent;
  int status = 0;
  std::string body = {};
  std::string detail = {};  // why not, in words without the URL
};

/// HTTP by libcurl; each request blocks a thread of a small pool, and is sent once: every one has a
/// connection of its own, since on a kept one that turns out to be closed libcurl would send it a second
/// time.
class HttpClient {
 public:
  explicit HttpClient(int connections) : pool_{static_cast<std::size_t>(connections)} {}
  ~HttpClient() { pool_.join(); }

  Task<HttpAnswer> send(HttpCall call);

 private:
  asio::thread_pool pool_;
};

/// Everything but letters, digits and "-_.~" as %XX.
std::string percent_encode(std::string_view text);

}  // namespace hark::phone
