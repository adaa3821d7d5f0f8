#include "conversation/blob/folder.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "base/async/blocking.h"
#include "base/core/digest.h"
#include "base/core/ids.h"

namespace hark::conversation {
namespace {

namespace fs = std::filesystem;

Error io_error(std::string_view what, const fs::path& path) {
  return {Code::kUnavailable, Reason::kStoreUnavailable,
          std::string{what} + " " + path.string() + ": " + std::strerror(errno)};
}

Error too_large() {
  return {Code::kResourceExhausted, Reason::kTooLarge,
          "a blob holds at most " + std::to_string(kBlobBytesMax) + " bytes"};
}

bool is_blob_id(std::string_view id) {
  return id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

fs::path place(const fs::path& folder, std::string_view id) {
  return folder / id.substr(0, 2) / id.substr(2);
}

Status sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error("cannot open", folder);
  const bool ok = ::fsync(fd) == 0;
  ::close(fd);
  if (!ok) return io_error("cannot sync", folder);
  return {};
}

/// Writes the whole content durably. Blocking.
Result<std::string> store(const fs::path& folder, const std::string& content) {
  const auto id = sha256_hex(content);
  const auto target = place(folder, id);
  std::error_code error;
  if (fs::exists(target, error)) return id;
  const bool new_folder = fs::create_directories(target.parent_path(), error);
  const auto draft = target.parent_path() / ("." + std::to_string(secure_random()));
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return io_error("cannot create", draft);
  std::string_view rest = content;
  while (!rest.empty()) {
    const auto written = ::write(fd, rest.data(), rest.size());
    if (written < 0) {
      const auto failure = io_error("cannot write", draft);
      ::close(fd);
      ::unlink(draft.c_str());
      return failure;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool synced = ::fdatasync(fd) == 0;
  ::close(fd);
  if (!synced || ::rename(draft.c_str(), target.c_str()) != 0) {
    const auto failure = io_error("cannot keep", target);
    ::unlink(draft.c_str());
    return failure;
  }
  HARK_TRY_VOID(sync_folder(target.parent_path()));
  if (new_folder) HARK_TRY_VOID(sync_folder(folder));
  return id;
}

class FolderWriter final : public BlobStore::Writer {
 public:
  FolderWriter(fs::path folder, asio::thread_pool& pool) : folder_{std::move(folder)}, pool_{pool} {}

  Task<Status> write(std::string chunk) override {
    if (content_.size() + chunk.size() > kBlobBytesMax) co_return too_large();
    content_ += chunk;
    co_return Status{};
  }
  Task<Result<std::string>> commit() override {
    co_return co_await run_blocking(
        pool_, [folder = folder_, content = std::move(content_)] { return store(folder, content); });
  }

 private:
  fs::path folder_;
  asio::thread_pool& pool_;
  std::string content_;
};

Result<std::string> read_chunk(const fs::path& path, std::size_t offset) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return Error{Code::kNotFound, Reason::kBlobNotFound, "there is no such blob"};
  file.seekg(static_cast<std::streamoff>(offset));
  std::string chunk(kBlobChunkBytes, '\0');
  file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
  chunk.resize(static_cast<std::size_t>(file.gcount()));
  return chunk;
}

}  // namespace

BlobFolder::BlobFolder(fs::path folder) : folder_{std::move(folder)} {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
}

BlobFolder::~BlobFolder() { pool_.join(); }

Result<std::unique_ptr<BlobStore::Writer>> BlobFolder::create() {
  return std::unique_ptr<Writer>{std::make_unique<FolderWriter>(folder_, pool_)};
}

Task<Result<std::string>> BlobFolder::read(std::string id, std::size_t offset) {
  if (!is_blob_id(id))
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "blob.id: is not 64 hex digits"};
  co_return co_await run_blocking(pool_,
                                  [path = place(folder_, id), offset] { return read_chunk(path, offset); });
}

}  // namespace hark::conversation
