#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/async/task.h"
#include "base/core/result.h"

namespace hark::conversation {

constexpr std::size_t kBlobBytesMax = 64U << 20;
constexpr std::size_t kBlobChunkBytes = 256U << 10;

/// Where contents too large for Redis live, addressed by their SHA-256: a folder, or S3-compatible storage at
/// scale.
class BlobStore {
 public:
  /// Collects one blob; durable only after commit(). Dropped if it is destroyed before.
  class Writer {
   public:
    virtual ~Writer() = default;
    virtual Task<Status> write(std::string chunk) = 0;
    /// The blob's id. The same content twice is one blob.
    virtual Task<Result<std::string>> commit() = 0;
  };

  virtual ~BlobStore() = default;
  virtual Result<std::unique_ptr<Writer>> create() = 0;
  /// Up to kBlobChunkBytes from `offset`; empty at the end. Errors: BLOB_NOT_FOUND.
  virtual Task<Result<std::string>> read(std::string id, std::size_t offset) = 0;
};

}  // namespace hark::conversation
