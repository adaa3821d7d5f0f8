#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <deque>
#include <mutex>

#include "drivers.h"
#include "hark/v1/channel_service.grpc.pb.h"

namespace hark::load {
namespace {

class EmptyStream final : public grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  EmptyStream() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock{mutex_};
    if (!ok) {
      reads_ended_ = true;
      if (answers_.empty()) Finish(grpc::Status::OK);
      return;
    }
    answers_.push_back(answer_to(request_));
    if (answers_.size() == 1) StartWrite(&answers_.front());
    StartRead(&request_);
  }

  void OnWriteDone(bool) override {
    const std::lock_guard lock{mutex_};
    answers_.pop_front();
    if (!answers_.empty()) {
      StartWrite(&answers_.front());
    } else if (reads_ended_) {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

 private:
  static v1::ConnectResponse answer_to(const v1::ConnectRequest& request) {
    v1::ConnectResponse out;
    out.set_frame_id(request.frame_id());
    if (!request.has_inbound()) {
      out.mutable_done();
      return out;
    }
    auto& accepted = *out.mutable_accepted();
    accepted.set_conversation_id("con_01JD3Y8K2M00A7Q4R5S6T7V8W9");
    accepted.set_entry_id("ent_01JD3Y8K2M00A7Q4R5S6T7V8W9");
    accepted.set_ticket_id("tkt_01JD3Y8K2M00A7Q4R5S6T7V8W9");
    accepted.set_sequence(request.frame_id());
    return out;
  }

  std::mutex mutex_;
  v1::ConnectRequest request_;
  std::deque<v1::ConnectResponse> answers_;
  bool reads_ended_ = false;
};

class EmptyService final : public v1::ChannelService::CallbackService {
 public:
  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override {
    return new EmptyStream;
  }
};

}  // namespace

int serve_empty_channel() {
  EmptyService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace hark::load
