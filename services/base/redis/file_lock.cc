#include "base/redis/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace hark::redis {

FileLock::FileLock(const std::filesystem::path& file)
    : fd_{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)},
      trouble_{fd_ < 0 ? errno : 0},
      held_{fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) == 0} {}

FileLock::FileLock(FileLock&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, trouble_{other.trouble_}, held_{std::exchange(other.held_, false)} {}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace hark::redis
