#include "email/smtp/outbox_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/async/blocking.h"

namespace hark::email {
namespace {

namespace fs = std::filesystem;

TransferOutcome failed(std::string_view what, const fs::path& path) {
  return {TransferOutcome::Kind::kTryLater,
          std::string{what} + " " + path.string() + ": " + std::strerror(errno)};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::write(fd, bytes.data(), bytes.size());
    if (size < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

TransferOutcome write_file(const fs::path& folder, const OutgoingTransfer& transfer) {
  const auto target = folder / (transfer.name + ".eml");
  const auto draft = folder / ("." + transfer.name + ".part");
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot create", draft);
  const bool written = write_all(fd, transfer.mail) && ::fdatasync(fd) == 0;
  if (!written) {
    const auto outcome = failed("cannot write", draft);
    ::close(fd);
    return outcome;
  }
  ::close(fd);
  if (::rename(draft.c_str(), target.c_str()) != 0) return failed("cannot keep", target);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {TransferOutcome::Kind::kSent, "written to outbox/" + target.filename().string()};
}

}  // namespace

OutboxFolder::OutboxFolder(fs::path folder) : folder_{std::move(folder)} {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
}

OutboxFolder::~OutboxFolder() { pool_.join(); }

Task<TransferOutcome> OutboxFolder::send(OutgoingTransfer transfer) {
  co_return co_await run_blocking(
      pool_, [folder = folder_, transfer = std::move(transfer)] { return write_file(folder, transfer); });
}

}  // namespace hark::email
