#pragma once

#include "base/rpc/server_call.h"
#include "conversation/ports.h"
#include "conversation/redis/store.h"
#include "hark/v1/blob_service.grpc.pb.h"

namespace hark::conversation {

/// BlobService over gRPC: large contents from the blob store, small ones from the customer's partition.
class BlobHandler final : public v1::BlobService::CallbackService {
 public:
  BlobHandler(TaskGroup& tasks, Store& store, BlobStore& blobs)
      : tasks_{tasks}, store_{store}, blobs_{blobs} {}

  grpc::ServerReadReactor<v1::PutBlobRequest>* PutBlob(grpc::CallbackServerContext*,
                                                       v1::PutBlobResponse* out) override;
  grpc::ServerWriteReactor<v1::GetBlobResponse>* GetBlob(grpc::CallbackServerContext*,
                                                         const v1::GetBlobRequest* in) override;

 private:
  TaskGroup& tasks_;
  Store& store_;
  BlobStore& blobs_;
};

}  // namespace hark::conversation
