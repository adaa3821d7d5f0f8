// A channel that always has a window of messages under way on its stream.
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "drivers.h"
#include "hark/v1/channel_service.grpc.pb.h"
#include "latencies.h"
#include "process_cpu.h"
#include "workload.h"

namespace hark::load {
namespace {

/// Numbers for all streams: each message is sent once.
struct Numbers {
  std::string run = run_name();
  std::atomic<std::int64_t> next{0};
  std::int64_t end = 0;  // 0: no end
  std::int64_t customers = kCustomers;
  std::atomic<bool> stopped{false};

  [[nodiscard]] bool take(std::int64_t& i) {
    if (stopped) return false;
    i = next++;
    return end == 0 || i < end;
  }
};

class ChannelStream final : public grpc::ClientBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  ChannelStream(v1::ChannelService::Stub& stub, Numbers& numbers, int window)
      : numbers_{numbers}, window_{window} {
    stub.async()->Connect(&context_, this);
    request_.mutable_hello()->set_channel(v1::CHANNEL_EMAIL);
    writing_ = true;
    AddMultipleHolds(1);
    StartWrite(&request_);
    StartRead(&response_);
    StartCall();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock{mutex_};
    writing_ = false;
    if (ok) pump();
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock{mutex_};
    if (!ok) {
      close();
      return;
    }
    take(response_);
    StartRead(&response_);
    pump();
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock{mutex_};
    if (!status.ok() && failure_.empty()) failure_ = status.error_message();
    done_ = true;
    changed_.notify_all();
  }

  /// Waits for its end; then it may be destroyed.
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return done_; });
    if (!failure_.empty()) throw std::runtime_error("the stream: " + failure_);
  }
  [[nodiscard]] std::int64_t accepted() {
    const std::lock_guard lock{mutex_};
    return accepted_;
  }
  /// What has been measured since, for the warm-up to be forgotten.
  Latencies take_latencies() {
    const std::lock_guard lock{mutex_};
    return std::exchange(latencies_, {});
  }

 private:
  void take(const v1::ConnectResponse& response) {
    if (response.has_accepted() && !response.accepted().duplicate()) {
      const auto at = static_cast<std::size_t>(response.frame_id() - 1);
      latencies_.add(steady_now() - sent_.at(at));
      ++accepted_;
      --under_way_;
    } else if (response.has_done() && response.frame_id() == 0) {
      greeted_ = true;
    } else if (failure_.empty()) {
      failure_ = response.has_refused() ? response.refused().message() : "an answer that was not asked for";
      context_.TryCancel();
    }
  }

  void pump() {
    if (!greeted_ || writing_ || closed_) return;
    std::int64_t i = 0;
    if (under_way_ < window_ && numbers_.take(i)) {
      request_.Clear();
      *request_.mutable_inbound() = message(numbers_.run, i, numbers_.customers);
      sent_.push_back(steady_now());
      request_.set_frame_id(static_cast<std::int64_t>(sent_.size()));
      ++under_way_;
      writing_ = true;
      StartWrite(&request_);
    } else if (under_way_ == 0) {
      StartWritesDone();
      close();
    }
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    RemoveHold();
  }

  Numbers& numbers_;
  int window_;
  grpc::ClientContext context_;
  v1::ConnectRequest request_;
  v1::ConnectResponse response_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SteadyTime> sent_;  // by frame id - 1
  Latencies latencies_;
  std::int64_t accepted_ = 0;
  int under_way_ = 0;
  bool greeted_ = false;
  bool writing_ = false;
  bool closed_ = false;
  bool done_ = false;
  std::string failure_;
};

/// A stream with a connection of its own.
struct Way {
  Way(const std::string& target, Numbers& numbers, int window) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub = v1::ChannelService::NewStub(
        grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
    stream = std::make_unique<ChannelStream>(*stub, numbers, window);
  }
  std::unique_ptr<v1::ChannelService::Stub> stub;
  std::unique_ptr<ChannelStream> stream;
};

std::int64_t accepted_by(const std::vector<Way>& ways) {
  std::int64_t sum = 0;
  for (const auto& way : ways) sum += way.stream->accepted();
  return sum;
}

}  // namespace

Report accepts(const AcceptsOptions& options) {
  using namespace std::chrono_literals;
  Numbers numbers;
  numbers.end = options.count;
  if (options.customers > 0) numbers.customers = options.customers;
  ProcessCpu cpu{options.watched};
  cpu.begin();
  auto began = steady_now();
  std::vector<Way> ways;
  for (int i = 0; i < options.streams; ++i) ways.emplace_back(options.target, numbers, options.window);

  Report report;
  std::int64_t before = 0;
  if (options.count == 0) {
    // Until every customer has written once, each message also makes a customer.
    const auto give_up = steady_now() + 60s;
    while (accepted_by(ways) < kCustomers && steady_now() < give_up) std::this_thread::sleep_for(5ms);
    for (auto& way : ways) way.stream->take_latencies();
    before = accepted_by(ways);
    cpu.begin();
    began = steady_now();
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
    const auto count = static_cast<double>(accepted_by(ways) - before);
    report.add("per_second", count / seconds_between(began, steady_now()));
    cpu.into(report, count);
    numbers.stopped = true;
  }
  Latencies latencies;
  for (auto& way : ways) {
    way.stream->wait();
    latencies.add(way.stream->take_latencies());
  }
  if (options.count > 0) {
    const auto count = static_cast<double>(accepted_by(ways));
    report.add("per_second", count / seconds_between(began, steady_now()));
    cpu.into(report, count);
  }
  report.add("accepted", static_cast<double>(accepted_by(ways)));
  latencies.into(report);
  return report;
}

}  // namespace hark::load
