#pragma once

#include <vector>

#include "social/core/item.h"
#include "social/ports.h"

namespace hark::social {

/// Files of one message; further ones are named.
constexpr std::size_t kFilesMax = 10;
constexpr std::size_t kFileBytesMax = 25U << 20;
/// For all files of a message together: networks wait for our 200 meanwhile.
constexpr std::chrono::seconds kFilesTime{8};

/// Fetches what comes with messages, at once, for networks give a file out for minutes only. Lives on the
/// service's thread.
class Files {
 public:
  Files(FileSource& source, ConversationPort& conversation) : source_{source}, conversation_{conversation} {}

  /// Puts each file into a blob and names it on the content, which must outlive the call. What cannot be had
  /// is a remark there. Errors: put_blob's; then nothing is lost by asking again.
  Task<Status> attach(Account account, std::vector<File> files, v1::Content& content);

 private:
  Task<Answer> fetch(const Account& account, const File& file, std::chrono::steady_clock::time_point until);

  FileSource& source_;
  ConversationPort& conversation_;
};

}  // namespace hark::social
