#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/web/http_message.h"

namespace hark::web {

/// Files that are part of the binary, below one path. Revalidated by ETag on every load, so that a page never
/// runs with the scripts of another version.
class StaticFiles {
 public:
  /// `prefix` ends in '/'. `headers` go with every file.
  StaticFiles(std::string prefix, std::vector<HttpHeader> headers)
      : prefix_{std::move(prefix)}, headers_{std::move(headers)} {}

  /// `name` is what follows the prefix; empty for the prefix itself. `compressed` is the content by gzip, for
  /// clients that take it; empty where it is not worth it. Both outlive this.
  void add(std::string_view name, std::string_view type, std::string_view content,
           std::string_view compressed = {});

  [[nodiscard]] HttpResponse answer(const HttpRequest& request) const;

 private:
  struct File {
    std::string_view name, type, content, compressed;
    std::string etag;
  };
  std::string prefix_;
  std::vector<HttpHeader> headers_;
  std::vector<File> files_;
};

}  // namespace hark::web
