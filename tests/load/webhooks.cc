// A network that sends signed webhooks, each again until it is taken, over connections that it keeps.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <deque>
#include <optional>
#include <stdexcept>

#include "base/async/task.h"
#include "base/core/digest.h"
#include "drivers.h"
#include "latencies.h"
#include "process_cpu.h"
#include "workload.h"

namespace hark::load {
namespace {

using asio::ip::tcp;

/// After the end, for what was refused to be taken after all.
constexpr double kPatienceSeconds = 60;
constexpr double kSlowSeconds = 1;
constexpr std::int64_t kKnown = 500;

struct HttpAnswer {
  int status = 0;
  std::optional<int> retry_after;
  bool closes = false;
};

/// A WhatsApp message as Meta posts it. Every other one is the first of its customer, the rest come from a
/// few customers in turn.
std::string message_body(const WebhooksOptions& options, const std::string& run, std::int64_t i) {
  const auto customer = i % 2 == 0 ? options.new_from + i / 2 : i / 2 % kKnown;
  const auto phone = "4670" + std::to_string(10'000'000 + customer);
  return R"({"object":"whatsapp_business_account","entry":[{"id":"900","changes":[{"field":"messages","value":)"
         R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"37167000000","phone_number_id":"11"},)"
         R"("contacts":[{"profile":{"name":"Ana Berzina"},"wa_id":")" +
         phone + R"("}],"messages":[{"from":")" + phone + R"(","id":"wamid.)" + run + std::to_string(i) +
         R"(","timestamp":"1795741200","type":"text","text":{"body":"Good morning, my parcel has not arrived )"
         R"(although your page says it has. Could you find out where it is?"}}]}}]}]})";
}

std::string request_of(const WebhooksOptions& options, const std::string& body) {
  return "POST /webhooks/" + options.account + " HTTP/1.1\r\nHost: " + options.host +
         "\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=" +
         hex(hmac_sha256(options.secret, body)) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// The value of a header in a response's head, by its lower-case name; nothing if it has none.
std::optional<std::string_view> header_of(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  for (auto at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (std::equal(name.begin(), name.end(), line.begin(), [&](char b, char a) { return same(a, b); }))
      return line.substr(line.find_first_not_of(' ', name.size() + 1));
  }
  return std::nullopt;
}

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// All of it lives on the thread that runs the context.
class Sending {
 public:
  explicit Sending(const WebhooksOptions& options) : options_{options}, cpu_{options.watched} {}

  Report run() {
    cpu_.begin();
    began_ = steady_now();
    for (int i = 0; i < options_.connections; ++i)
      asio::co_spawn(context_, connection(), [this](std::exception_ptr failed) { ended(failed); });
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
    if (static_cast<std::int64_t>(taken_) != next_)
      throw std::runtime_error("not everything was taken within a minute");
    return report();
  }

 private:
  struct Refused {
    std::int64_t number = 0;
    SteadyTime again_at;
  };
  struct Socket {
    explicit Socket(asio::io_context& context) : socket{context} {}
    tcp::socket socket;
    std::string input;
    bool open = false;
  };

  Report report() {
    Report out;
    out.add("taken", static_cast<double>(taken_));
    out.add("per_second", static_cast<double>(taken_in_time_) / seconds_between(began_, last_in_time_));
    out.add("refused", static_cast<double>(refused_));
    out.add("refused_without_retry_after", static_cast<double>(unguided_));
    out.add("slow_share",
            taken_in_time_ == 0 ? 0 : static_cast<double>(slow_) / static_cast<double>(taken_in_time_));
    latencies_.into(out);
    cpu_.into(out, static_cast<double>(taken_));
    return out;
  }

  void ended(const std::exception_ptr& failed) {
    if (failed && !failure_) failure_ = failed;
    if (failed) context_.stop();
  }

  [[nodiscard]] bool over() const { return seconds_between(began_, steady_now()) >= options_.seconds; }

  /// One after the other until the time is over; then what was refused, until it is taken.
  Task<> connection() {
    Socket socket{context_};
    while (!over()) {
      const auto number = next_;
      auto due = steady_now();
      if (options_.rate > 0) {
        due = began_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                           std::chrono::duration<double>(static_cast<double>(number) / options_.rate));
        if (seconds_between(began_, due) >= options_.seconds) break;
      }
      ++next_;
      co_await sleep_until(due);
      co_await offer(socket, number, due);
    }
    while (!refusals_.empty() &&
           seconds_between(began_, steady_now()) < options_.seconds + kPatienceSeconds) {
      const auto first = refusals_.front();
      refusals_.pop_front();
      co_await sleep_until(first.again_at);
      co_await offer(socket, first.number, std::nullopt);
    }
  }

  Task<> sleep_until(SteadyTime until) {
    if (until <= steady_now()) co_return;
    asio::steady_timer timer{context_, until};
    co_await timer.async_wait(as_result);
  }

  /// `due`: when it was to be sent, from which its latency counts, however busy the connections are; nothing
  /// for one that was refused before.
  Task<> offer(Socket& socket, std::int64_t number, std::optional<SteadyTime> due) {
    const auto answer = co_await post(socket, request_of(options_, message_body(options_, run_, number)));
    if (answer.closes) socket.open = false;
    if (answer.status == 503) {
      ++refused_;
      if (!answer.retry_after) ++unguided_;
      refusals_.push_back({number, steady_now() + std::chrono::seconds{answer.retry_after.value_or(1)}});
      co_return;
    }
    if (answer.status != 200)
      throw std::runtime_error("a webhook was answered " + std::to_string(answer.status));
    ++taken_;
    if (!due) co_return;
    const auto now = steady_now();
    latencies_.add(now - *due);
    slow_ += seconds_between(*due, now) > kSlowSeconds ? 1 : 0;
    ++taken_in_time_;
    last_in_time_ = now;
  }

  Task<HttpAnswer> post(Socket& socket, std::string request) {
    if (!socket.open) {
      socket.socket = tcp::socket{context_};
      co_await socket.socket.async_connect(
          {asio::ip::make_address(options_.host), static_cast<std::uint16_t>(options_.http_port)},
          asio::use_awaitable);
      socket.socket.set_option(tcp::no_delay{true});
      socket.input.clear();
      socket.open = true;
    }
    co_await asio::async_write(socket.socket, asio::buffer(request), asio::use_awaitable);
    auto& input = socket.input;
    const auto size = co_await asio::async_read_until(socket.socket, asio::dynamic_buffer(input), "\r\n\r\n",
                                                      asio::use_awaitable);
    const std::string_view head{input.data(), size};
    HttpAnswer answer;
    answer.status = number_of(head.substr(9, 3));
    if (const auto after = header_of(head, "retry-after")) answer.retry_after = number_of(*after);
    answer.closes = header_of(head, "connection") == "close";
    const auto whole =
        size + static_cast<std::size_t>(number_of(header_of(head, "content-length").value_or("0")));
    if (input.size() < whole)
      co_await asio::async_read(socket.socket, asio::dynamic_buffer(input),
                                asio::transfer_at_least(whole - input.size()), asio::use_awaitable);
    input.erase(0, whole);
    co_return answer;
  }

  const WebhooksOptions& options_;
  const std::string run_ = run_name();
  ProcessCpu cpu_;
  asio::io_context context_{1};
  SteadyTime began_, last_in_time_;
  std::int64_t next_ = 0;
  std::deque<Refused> refusals_;
  std::size_t taken_ = 0, taken_in_time_ = 0, slow_ = 0, refused_ = 0, unguided_ = 0;
  Latencies latencies_;
  std::exception_ptr failure_;
};

}  // namespace

Report webhooks(const WebhooksOptions& options) { return Sending{options}.run(); }

}  // namespace hark::load
