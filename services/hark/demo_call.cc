#include "hark/demo_call.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/core/ids.h"
#include "hark/v1/phone_service.grpc.pb.h"

namespace hark {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCaller = "Janis";
constexpr std::string_view kNumber = "+37120000001";
constexpr auto kRings = 2s;
constexpr auto kTalks = 45s;
constexpr auto kPatience = 20s;

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

  void say(std::string_view what) {
    std::printf("%-14s %s\n", std::string{kCaller}.c_str(), std::string{what}.c_str());
    std::fflush(stdout);
  }

  // ---- what happens by itself, after a while; whoever is asked to do something does it at once

  void later(const std::string& call_id, std::chrono::seconds time, std::function<void()> act) {
    const std::lock_guard lock{mutex};
    script.emplace(std::chrono::steady_clock::now() + time, Act{call_id, std::move(act)});
    changed.notify_all();
  }

  void forget(const std::string& call_id) {
    const std::lock_guard lock{mutex};
    std::erase_if(script, [&](const auto& act) { return act.second.call == call_id; });
  }

  void follow_script() {
    std::unique_lock lock{mutex};
    while (!left) {
      if (script.empty()) {
        changed.wait(lock);
      } else if (script.begin()->first > std::chrono::steady_clock::now()) {
        changed.wait_until(lock, script.begin()->first);
      } else {
        const auto act = script.extract(script.begin());
        lock.unlock();
        act.mapped().what();
        lock.lock();
      }
    }
  }

  void take(const v1::PhoneCommand& command) {
    done(command);
    const auto& id = command.call_id();
    {
      const std::lock_guard lock{mutex};
      live.insert(id);
    }
    if (command.has_queue()) hear_music(id);
    if (command.has_ring_agent()) ring(command);
    if (command.has_dial_customer()) answer_soon(id, command.leg_id());
    if (command.has_connect()) connect(command);
    if (command.has_hold()) hold(id, command.hold().held());
    if (command.has_hang_up()) hang_up(id, command.leg_id());
  }

  void hear_music(const std::string& id) {
    say("hears music");
    {
      const std::lock_guard lock{mutex};
      heard = true;
      changed.notify_all();
    }
    later(id, kPatience, [this] {
      say("still hears music: a call goes to an agent who is Available and has a call's units free (five, a "
          "whole desk)");
    });
  }

  void ring(const v1::PhoneCommand& command) {
    forget(command.call_id());
    auto rings = about(command.call_id(), command.leg_id());
    rings.mutable_event()->mutable_ringing();
    send(std::move(rings));
    const auto& agent = command.ring_agent().agent_id();
    say("waits while the phone of " + (agent.empty() ? command.ring_agent().endpoint() : agent) + " rings");
    answer_soon(command.call_id(), command.leg_id());
  }

  void answer_soon(const std::string& id, const std::string& leg) {
    later(id, kRings, [this, id, leg] {
      auto answers = about(id, leg);
      answers.mutable_event()->mutable_answered();
      send(std::move(answers));
    });
  }

  void connect(const v1::PhoneCommand& command) {
    const auto& id = command.call_id();
    forget(id);
    const auto is_customer = [&](const std::string& leg) { return leg.empty() || leg == id; };
    if (!is_customer(command.leg_id()) && !is_customer(command.connect().other_leg_id()))
      return say("hears music while somebody is asked");
    say("talks to an agent");
    talk(id);
  }

  void talk(const std::string& id) {
    later(id, kTalks, [this, id] {
      say("hangs up");
      hang_up(id, {});
    });
  }

  void hold(const std::string& id, bool held) {
    forget(id);
    say(held ? "is on hold, and hears music" : "talks again");
    if (!held) talk(id);
  }

  void hang_up(const std::string& id, const std::string& leg) {
    if (leg.empty() || leg == id) {
      forget(id);
      const std::lock_guard lock{mutex};
      live.erase(id);
    }
    auto over = about(id, leg);
    over.mutable_event()->mutable_ended()->set_how(v1::LEG_END_HUNG_UP);
    send(std::move(over));
  }

  struct Act {
    std::string call;
    std::function<void()> what;
  };

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
  std::multimap<std::chrono::steady_clock::time_point, Act> script;
  std::set<std::string> live;  // calls that are not over
  bool heard = false;          // the customer hears music: Hark has their call
  bool left = false;
};

DemoCall::DemoCall(std::shared_ptr<grpc::Channel> channel, std::string account)
    : line_{std::make_unique<Line>(channel, std::move(account))} {}

DemoCall::~DemoCall() = default;

void DemoCall::leave() {
  std::set<std::string> live;
  {
    const std::lock_guard lock{line_->mutex};
    line_->left = true;
    live = line_->live;
    line_->changed.notify_all();
  }
  for (const auto& call : live) line_->hang_up(call, {});
  const std::lock_guard lock{line_->writing};
  line_->said_all = true;
  line_->stream->WritesDone();
}

bool DemoCall::wait_until_heard(std::chrono::milliseconds most) {
  std::unique_lock lock{line_->mutex};
  line_->changed.wait_for(lock, most, [this] { return line_->heard || line_->left; });
  return line_->heard;
}

Status DemoCall::run() {
  std::thread script{[this] { line_->follow_script(); }};
  const auto ended = play();
  {
    const std::lock_guard lock{line_->mutex};
    line_->left = true;
    line_->changed.notify_all();
  }
  script.join();
  return ended;
}

Status DemoCall::play() {
  v1::PhoneEventsRequest hello;
  hello.mutable_hello()->set_account_id(line_->account);
  hello.mutable_hello()->set_complete(true);  // what a demo left behind that was killed is over
  line_->send(std::move(hello));
  auto calls = line_->about(line_->call);
  calls.mutable_event()->mutable_arrived()->set_from(std::string{kNumber});
  calls.mutable_event()->mutable_arrived()->set_name(std::string{kCaller});
  line_->say("calls");
  {
    const std::lock_guard lock{line_->mutex};
    line_->live.insert(line_->call);
  }
  line_->send(std::move(calls));
  for (v1::PhoneEventsResponse frame; line_->stream->Read(&frame);)
    if (frame.has_command()) line_->take(frame.command());
  const auto ended = line_->stream->Finish();
  const std::lock_guard lock{line_->mutex};
  if (line_->left || ended.ok()) return {};
  return Error{Code::kUnavailable, Reason::kUnspecified, ended.error_message()};
}

}  // namespace hark
