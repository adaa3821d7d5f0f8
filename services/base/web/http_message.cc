#include "base/web/http_message.h"

#include <algorithm>

namespace hark::web {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Error bad_target(std::string what) {
  return {Code::kInvalidArgument, Reason::kInvalidField, std::move(what)};
}

/// Calls fn(piece) for each piece between separators until it returns true.
template <class Fn>
void for_each_piece(std::string_view text, char separator, Fn fn) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (fn(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

Result<HttpTarget> parse_target(std::string_view target) {
  if (target.empty()) return bad_target("the request names no target");
  if (target.front() != '/') {
    // Absolute-form, which servers must accept (RFC 9112 section 3.2.2).
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos ||
        !(equal_ignoring_case(target.substr(0, scheme_end), "http") ||
          equal_ignoring_case(target.substr(0, scheme_end), "https"))) {
      return bad_target("the request target must start with '/'");
    }
    target.remove_prefix(scheme_end + 3);
    const auto path_start = target.find_first_of("/?");
    target = path_start == std::string_view::npos ? std::string_view{} : target.substr(path_start);
  }
  const auto question = target.find('?');
  const auto raw_path = target.substr(0, question);
  auto path = percent_decode(raw_path.empty() ? "/" : raw_path, false);
  if (!path) return bad_target("the request target has a broken percent escape");
  if (std::any_of(path->begin(), path->end(), is_control)) {
    return bad_target("the request target holds control characters");
  }
  HttpTarget parsed;
  parsed.path = *std::move(path);
  if (question != std::string_view::npos) parsed.query = std::string{target.substr(question + 1)};
  return parsed;
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

std::string_view HttpRequest::last_header(std::string_view name) const {
  std::string_view last;
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) last = header.value;
  }
  return last;
}

std::optional<std::string> HttpRequest::query_value(std::string_view name) const {
  std::optional<std::string> found;
  for_each_piece(query, '&', [&](std::string_view piece) {
    const auto equals = std::min(piece.find('='), piece.size());
    const auto key = percent_decode(piece.substr(0, equals), true);
    if (!key || *key != name) return false;
    found = percent_decode(piece.substr(std::min(equals + 1, piece.size())), true);
    return true;
  });
  return found;
}

std::optional<std::string> HttpRequest::cookie(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& header : headers) {
    if (found || !equal_ignoring_case(header.name, "cookie")) continue;
    for_each_piece(header.value, ';', [&](std::string_view piece) {
      piece = trim(piece);
      const auto equals = piece.find('=');
      if (equals == std::string_view::npos || piece.substr(0, equals) != name) return false;
      found = std::string{piece.substr(equals + 1)};
      return true;
    });
  }
  return found;
}

HttpResponse plain_response(int status, std::string_view words) {
  HttpResponse response;
  response.status = status;
  response.body = std::to_string(status) + " " + std::string{words} + "\n";
  return response;
}

const std::vector<HttpHeader>& security_headers() {
  static const std::vector<HttpHeader> headers{
      {"Content-Security-Policy",
       "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  return headers;
}

bool same_origin(const HttpRequest& request) {
  const auto origin = request.header("origin");
  if (origin.empty()) {
    // A header that is there but empty is nobody's page that we know.
    return std::none_of(request.headers.begin(), request.headers.end(),
                        [](const HttpHeader& h) { return equal_ignoring_case(h.name, "origin"); });
  }
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return false;
  return equal_ignoring_case(origin.substr(scheme_end + 3), request.header("host"));
}

}  // namespace hark::web
