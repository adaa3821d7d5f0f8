#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"

namespace hark::web {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Where an HTTP request is aimed (RFC 9112 section 3.2), taken apart.
struct HttpTarget {
  /// Percent-decoded; starts with '/'; holds no control characters.
  std::string path;
  /// As sent, without the '?'.
  std::string query;
};

/// Reads origin-form ("/a?b") and absolute-form ("http://host/a?b"). INVALID_FIELD for anything else.
Result<HttpTarget> parse_target(std::string_view target);

/// Decodes %XX (RFC 3986 section 2.1); nullopt if an escape is broken.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// One request as it came, headers in their order, body whole.
struct HttpRequest {
  /// Upper case, for example "GET".
  std::string method;
  std::string path;
  std::string query;
  std::vector<HttpHeader> headers;
  std::string body;
  /// The peer's address without its port.
  std::string remote_address;

  /// First header of that name in any case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The last one, of headers that each one on the way adds to.
  [[nodiscard]] std::string_view last_header(std::string_view name) const;
  /// Decoded value of the first query parameter of that name.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  /// Value of the first cookie of that name (RFC 6265 section 4.2).
  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
};

/// A response body that is too large to hold: read piece by piece while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece; empty at the end. An error breaks the connection off, so that the client sees a broken
  /// download rather than a short file.
  virtual Task<Result<std::string>> next() = 0;
};

/// What goes back. Content-Length, Date, Connection and the security headers of security_headers() are added
/// when it is sent, the latter unless `headers` has them already.
struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<HttpHeader> headers;
  std::string body;
  /// Instead of `body`.
  std::shared_ptr<BodySource> source;
  /// Of `source`, if it is known; without it the body goes out chunked.
  std::optional<std::uint64_t> source_size;
};

/// A short answer for people: "<status> <words>\n" as plain text.
HttpResponse plain_response(int status, std::string_view words);

/// Sent with every response: no guessing of types, no framing, no scripts but our own files, no referrer.
const std::vector<HttpHeader>& security_headers();

/// True if a page of this very host sent the request, or no page at all (no Origin header: a program, which
/// holds no one else's cookies). Compares the Origin's authority with Host (RFC 6454 section 7).
bool same_origin(const HttpRequest& request);

/// ASCII letters without regard to case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace hark::web
