#pragma once

#include <filesystem>

namespace hark::redis {

/// A file that one process at a time holds locked, for as long as it or whoever inherited the descriptor
/// lives (flock(2)). Taken, or found taken, when it is made; made if it is not there.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  [[nodiscard]] bool held() const { return held_; }
  /// Why the file could not even be opened, as errno; 0 if it was.
  [[nodiscard]] int trouble() const { return trouble_; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
  int trouble_;
  bool held_;
};

}  // namespace hark::redis
