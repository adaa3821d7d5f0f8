#include "hark/demo_call.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "base/core/ids.h"
#include "hark/v1/phone_service.grpc.pb.h"

namespace hark {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCaller = "Janis";
constexpr std::string_view kNumber = "+37120000001";
constexpr auto kRings = 2s;
constexpr auto kTalks = 20s;

}  // namespace

struct DemoCall::Line {
  Line(const std::shared_ptr<grpc::Channel>& channel, std::string account)
      : account{std::move(account)},
        stub{v1::PhoneService::NewStub(channel)},
        stream{stub->PhoneEvents(&context)} {}

  void send(v1::PhoneEventsRequest frame) {
    const std::lock_guard lock{writing};
    if (said_all) return;
    frame.set_frame_id(++frames);
    stream->Write(frame);
  }

  v1::PhoneEventsRequest about(const std::string& call, const std::string& leg = {}) {
    v1::PhoneEventsRequest frame;
    frame.mutable_event()->set_call_id(call);
    frame.mutable_event()->set_leg_id(leg);
    return frame;
  }

  void done(const v1::PhoneCommand& command) {
    v1::PhoneEventsRequest frame;
    frame.mutable_result()->set_call_id(command.call_id());
    frame.mutable_result()->set_command_id(command.id());
    send(std::move(frame));
  }

  /// False: told to leave meanwhile.
  bool wait(std::chrono::seconds time) {
    std::unique_lock lock{mutex};
    return !changed.wait_for(lock, time, [this] { return left; });
  }

  void say(std::string_view what) {
    std::printf("%-14s %s\n", std::string{kCaller}.c_str(), std::string{what}.c_str());
    std::fflush(stdout);
  }

  void carry_out(const v1::PhoneCommand& command) {
    done(command);
    const auto& call = command.call_id();
    if (command.has_queue()) say("hears music");
    if (command.has_ring_agent()) {
      auto rings = about(call, command.leg_id());
      rings.mutable_event()->mutable_ringing();
      send(std::move(rings));
      say("waits while the phone of " + command.ring_agent().agent_id() + " rings");
    }
    const bool phone_rings = command.has_ring_agent() || command.has_dial_customer();
    if (phone_rings && wait(kRings)) {
      auto answers = about(call, command.leg_id());
      answers.mutable_event()->mutable_answered();
      send(std::move(answers));
    }
    if (command.has_connect()) {
      say("talks to an agent");
      if (!wait(kTalks)) return;
      say("hangs up");
      hang_up(call, {});
    }
    if (command.has_hang_up()) hang_up(call, command.leg_id());
  }

  void hang_up(const std::string& call, const std::string& leg) {
    auto over = about(call, leg);
    over.mutable_event()->mutable_ended()->set_how(v1::LEG_END_HUNG_UP);
    send(std::move(over));
  }

  std::string account;
  grpc::ClientContext context;
  std::unique_ptr<v1::PhoneService::Stub> stub;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PhoneEventsRequest, v1::PhoneEventsResponse>> stream;
  std::mutex writing;
  bool said_all = false;
  std::int64_t frames = 0;
  const std::string call = "demo-" + std::to_string(secure_random());
  std::mutex mutex;
  std::condition_variable changed;
  bool left = false;
};

DemoCall::DemoCall(std::shared_ptr<grpc::Channel> channel, std::string account)
    : line_{std::make_unique<Line>(channel, std::move(account))} {}

DemoCall::~DemoCall() = default;

void DemoCall::leave() {
  {
    const std::lock_guard lock{line_->mutex};
    line_->left = true;
    line_->changed.notify_all();
  }
  line_->hang_up(line_->call, {});  // whoever did so before has done it once
  const std::lock_guard lock{line_->writing};
  line_->said_all = true;
  line_->stream->WritesDone();
}

Status DemoCall::run() {
  v1::PhoneEventsRequest hello;
  hello.mutable_hello()->set_account_id(line_->account);
  line_->send(std::move(hello));
  auto calls = line_->about(line_->call);
  calls.mutable_event()->mutable_arrived()->set_from(std::string{kNumber});
  calls.mutable_event()->mutable_arrived()->set_name(std::string{kCaller});
  line_->say("calls");
  line_->send(std::move(calls));
  for (v1::PhoneEventsResponse frame; line_->stream->Read(&frame);)
    if (frame.has_command()) line_->carry_out(frame.command());
  const auto ended = line_->stream->Finish();
  const std::lock_guard lock{line_->mutex};
  if (line_->left || ended.ok()) return {};
  return Error{Code::kUnavailable, Reason::kUnspecified, ended.error_message()};
}

}  // namespace hark
