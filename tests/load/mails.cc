#include <grpcpp/grpcpp.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "drivers.h"
#include "hark/v1/routing_service.grpc.pb.h"
#include "latencies.h"
#include "lmtp_client.h"
#include "process_cpu.h"
#include "workload.h"

namespace hark::load {
namespace {

using namespace std::chrono_literals;

struct Shared {
  std::string run = run_name();
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;
  Latencies latencies;
  std::string failure;
};

void deliver_mails(const MailsOptions& options, Shared& shared) {
  Latencies latencies;
  try {
    LmtpClient client{options.host, options.lmtp_port};
    while (!shared.stopped) {
      const auto i = shared.next++;
      const auto sender = customer_address(i);
      latencies.add(client.deliver(sender, mail(shared.run, i, sender)));
    }
  } catch (const std::exception& error) {
    shared.stopped = true;
    const std::lock_guard lock{shared.mutex};
    shared.failure = error.what();
  }
  const std::lock_guard lock{shared.mutex};
  shared.latencies.add(latencies);
}

std::optional<std::int64_t> queue_length(v1::RoutingService::Stub& routing) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 10s);
  v1::ListQueueRequest request;
  request.set_limit(1);
  v1::ListQueueResponse response;
  if (!routing.ListQueue(&context, request, &response).ok()) return std::nullopt;
  return response.total();
}

/// How long after its acknowledgement a ticket is in routing's queue: whatever came before is in by then as
/// well.
std::optional<double> routing_lag_ms(const MailsOptions& options, const std::string& run) {
  const auto routing = v1::RoutingService::NewStub(grpc::CreateChannel(
      options.host + ":" + std::to_string(options.grpc_port), grpc::InsecureChannelCredentials()));
  const auto before = queue_length(*routing);
  if (!before) return std::nullopt;
  LmtpClient client{options.host, options.lmtp_port};
  const std::string sender = "last" + run + "@example.com";
  client.deliver(sender, mail(run + ".last", 0, sender));
  const auto acknowledged = steady_now();
  while (seconds_between(acknowledged, steady_now()) < 60) {
    if (queue_length(*routing).value_or(0) > *before)
      return seconds_between(acknowledged, steady_now()) * 1e3;
    std::this_thread::sleep_for(1ms);
  }
  throw std::runtime_error("a ticket has not come to routing's queue within a minute");
}

}  // namespace

Report mails(const MailsOptions& options) {
  Shared shared;
  ProcessCpu cpu{options.watched};
  std::vector<std::thread> threads;
  for (int i = 0; i < options.connections; ++i) threads.emplace_back([&] { deliver_mails(options, shared); });
  // Until every customer has written once, each mail also makes a customer.
  const auto give_up = steady_now() + 60s;
  while (shared.next < kCustomers && !shared.stopped && steady_now() < give_up)
    std::this_thread::sleep_for(5ms);
  cpu.begin();
  const auto first = shared.next.load();
  const auto began = steady_now();
  while (seconds_between(began, steady_now()) < options.seconds && !shared.stopped)
    std::this_thread::sleep_for(5ms);
  const auto count = static_cast<double>(shared.next - first);
  Report report;
  report.add("per_second", count / seconds_between(began, steady_now()));
  cpu.into(report, count);
  shared.stopped = true;
  for (auto& thread : threads) thread.join();
  if (!shared.failure.empty()) throw std::runtime_error(shared.failure);
  shared.latencies.into(report);
  report.add("accepted", static_cast<double>(shared.next));
  report.add("mail_bytes", static_cast<double>(mail(shared.run, 0, customer_address(0)).size() - 3));
  if (const auto lag = routing_lag_ms(options, shared.run)) report.add("routing_lag_ms", *lag);
  return report;
}

}  // namespace hark::load
