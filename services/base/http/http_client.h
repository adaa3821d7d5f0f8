#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/async/task.h"
#include "base/core/time.h"

namespace hark::http {

struct Request {
  std::string method = "GET";
  std::string url;                        // http or https
  std::vector<std::string> headers = {};  // whole lines
  std::string user = {}, password = {};   // Basic; an empty user: none
  std::string body = {};                  // of a POST
};

struct Limits {
  std::size_t answer_bytes_max = 4U << 20;
  std::chrono::milliseconds connect_timeout{5'000};
  /// Of all of it, from when a thread takes it up; and when it has to be over, with the wait for a thread.
  std::chrono::milliseconds timeout{15'000};
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  int redirects_max = 0;
  /// The place was named by a stranger: it must be on the public internet, at the first and at each further
  /// hop, and no proxy is asked, which would connect in our stead.
  bool public_only = false;
  /// Whom to believe that a server is who it says, in PEM; empty: whom this machine believes.
  std::string ca_file = {};
};

/// What became of one request.
struct Answer {
  enum class Kind {
    kAnswered,
    kNotSent,  // no byte of it has left
    kUnknown,  // it left, and no answer came, or one that is too large
  };
  Kind kind = Kind::kNotSent;
  int status = 0;
  std::string body = {};
  std::string detail = {};  // why not, in words without the URL, which may hold a secret
  std::string content_type = {};
  Duration retry_after{0};  // of a refusal, where the server says (RFC 9110, section 10.2.3)
  bool too_large = false;
};

/// HTTP and HTTPS by libcurl; each request blocks a thread of a small pool, and is sent once: every one has a
/// connection of its own, since on a kept one that turns out to be closed libcurl would send it a second
/// time.
class HttpClient {
 public:
  explicit HttpClient(int connections) : pool_{static_cast<std::size_t>(connections)} {}
  ~HttpClient() { pool_.join(); }

  Task<Answer> send(Request request, Limits limits = {});

 private:
  asio::thread_pool pool_;
};

}  // namespace hark::http
