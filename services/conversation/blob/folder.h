#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "conversation/ports.h"

namespace hark::conversation {

/// Blobs as files: <folder>/ab/cdef... by their digest. A blob is written beside its place, synced, and
/// renamed into it, so that a name always stands for a whole, durable content. File work happens on a small
/// pool.
class BlobFolder final : public BlobStore {
 public:
  explicit BlobFolder(std::filesystem::path folder);
  ~BlobFolder() override;

  Result<std::unique_ptr<Writer>> create() override;
  Task<Result<std::string>> read(std::string id, std::size_t offset) override;

 private:
  std::filesystem::path folder_;
  asio::thread_pool pool_{2};
};

}  // namespace hark::conversation
