#include "conversation/rpc/blob_handler.h"

#include "base/core/ids.h"

namespace hark::conversation {
namespace {

Task<Result<v1::PutBlobResponse>> put(BlobStore& blobs,
                                      std::shared_ptr<rpc::Inbox<v1::PutBlobRequest>> chunks) {
  HARK_CO_TRY(const auto writer, blobs.create());
  std::int64_t bytes = 0;
  while (auto request = co_await chunks->read()) {
    bytes += static_cast<std::int64_t>(request->chunk().size());
    HARK_CO_TRY_VOID(co_await writer->write(std::move(*request->mutable_chunk())));
  }
  HARK_CO_TRY(auto id, co_await writer->commit());
  v1::PutBlobResponse response;
  response.mutable_blob()->set_id(std::move(id));
  response.mutable_blob()->set_size_bytes(bytes);
  co_return response;
}

using Stream = rpc::ServerWriteStream<v1::GetBlobResponse>;

Task<Status> get(Store& store, BlobStore& blobs, std::shared_ptr<Stream> stream, v1::GetBlobRequest request) {
  if (request.blob().inlined()) {
    HARK_CO_TRY(const auto partition, partition_of(request.conversation_id()));
    HARK_CO_TRY(auto content, co_await store.blob(partition, request.blob().id()));
    v1::GetBlobResponse response;
    response.set_chunk(std::move(content));
    stream->write(std::move(response));
    co_return Status{};
  }
  for (std::size_t offset = 0;;) {
    HARK_CO_TRY(auto chunk, co_await blobs.read(request.blob().id(), offset));
    if (chunk.empty()) co_return Status{};
    offset += chunk.size();
    v1::GetBlobResponse response;
    response.set_chunk(std::move(chunk));
    while (stream->unsent() > 4 && !stream->cancelled()) co_await sleep_for(std::chrono::milliseconds{2});
    if (stream->cancelled()) co_return Status{};
    stream->write(std::move(response));
  }
}

}  // namespace

grpc::ServerReadReactor<v1::PutBlobRequest>* BlobHandler::PutBlob(grpc::CallbackServerContext*,
                                                                  v1::PutBlobResponse* out) {
  return rpc::run_read_stream<v1::PutBlobRequest, v1::PutBlobResponse>(
      tasks_, "PutBlob",
      [this](std::shared_ptr<rpc::Inbox<v1::PutBlobRequest>> chunks) {
        return put(blobs_, std::move(chunks));
      },
      out);
}

grpc::ServerWriteReactor<v1::GetBlobResponse>* BlobHandler::GetBlob(grpc::CallbackServerContext*,
                                                                    const v1::GetBlobRequest* in) {
  return rpc::run_write_stream<v1::GetBlobResponse>(tasks_, "GetBlob",
                                                    [this, request = *in](std::shared_ptr<Stream> stream) {
                                                      return get(store_, blobs_, std::move(stream), request);
                                                    });
}

}  // namespace hark::conversation
