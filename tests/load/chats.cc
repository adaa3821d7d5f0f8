// Visitors who chat and agents who have the conversation open, in pairs; and sockets on which nothing
// happens.
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "drivers.h"
#include "frames.h"
#include "hark/v1/chat.pb.h"
#include "hark/v1/console.pb.h"
#include "latencies.h"
#include "process_cpu.h"
#include "web_sockets.h"
#include "workload.h"

namespace hark::load {
namespace {

using namespace std::chrono_literals;
using SocketPtr = std::shared_ptr<WebSockets::Socket>;

constexpr std::string_view kMark = "pair#";  // then "<pair>.<number>#"

/// Says some seconds after a frame that the page has it, as the console's page does: the server keeps what is
/// newer.
class Hearing {
 public:
  void take(WebSockets& sockets, const SocketPtr& page, std::string_view text) {
    constexpr std::string_view kOffset = "\"offset\":\"";
    const auto at = text.rfind(kOffset);
    if (at == std::string_view::npos) return;
    std::from_chars(text.data() + at + kOffset.size(), text.data() + text.size(), *offset_);
    if (std::exchange(*tells_, true)) return;
    sockets.after(2s, [offset = offset_, tells = tells_, page] {
      *tells = false;
      v1::ConsoleRequest request;
      request.mutable_heard()->set_offset(*offset);
      page->send(json(request));
    });
  }

 private:
  std::shared_ptr<std::int64_t> offset_ = std::make_shared<std::int64_t>(0);
  std::shared_ptr<bool> tells_ = std::make_shared<bool>(false);
};

/// Agents' pages that take every offer, and know who holds which conversation.
class Desks {
 public:
  struct Held {
    std::string conversation;
    std::size_t agent = 0;
  };

  Desks(WebSockets& sockets, const ChatsOptions& options, std::string run)
      : sockets_{sockets}, options_{options}, run_{std::move(run)} {
    pages_.reserve(options.agents.size());  // their thread reads it while it grows
    for (const auto& agent : options.agents) {
      const auto socket = open();
      v1::ConsoleRequest sign_in;
      sign_in.mutable_sign_in()->set_login(agent);
      sign_in.mutable_sign_in()->set_password(options.password);
      const auto token = signed_in(*socket, sign_in);
      v1::ConsoleRequest presence;
      presence.mutable_set_presence()->set_presence(v1::PRESENCE_AVAILABLE);
      socket->say(json(presence));
      tokens_.push_back(token);
      pages_.push_back(socket);
      socket->listen([this, agent = pages_.size() - 1](std::string_view text) { read(agent, text); });
    }
  }

  /// What is held by the visitor's name, once `count` are.
  std::map<std::string, Held> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, 120s, [&] { return held_.size() >= count; })) {
      throw std::runtime_error("only " + std::to_string(held_.size()) + " of " + std::to_string(count) +
                               " chats were taken within two minutes");
    }
    return held_;
  }

  /// Opens each conversation on the page of the agent who holds it; then `shown` hears what comes to the
  /// agents' pages.
  void open_all(const std::map<std::string, Held>& held, std::function<void(std::string_view)> shown) {
    std::unique_lock lock{mutex_};
    shown_ = std::move(shown);
    opened_ = 0;
    for (const auto& [name, one] : held) {
      v1::ConsoleRequest request;
      request.set_request_id(kOpens);
      request.mutable_open()->set_conversation_id(one.conversation);
      sockets_.after(0us, [socket = pages_[one.agent], text = json(request)] { socket->send(text); });
    }
    if (!changed_.wait_for(lock, 60s, [&] { return opened_ >= held.size(); }))
      throw std::runtime_error("not all conversations could be opened within a minute");
  }

  /// One more page of an agent who is signed in.
  SocketPtr open_another(std::size_t agent) {
    auto socket = open();
    v1::ConsoleRequest sign_in;
    sign_in.mutable_sign_in()->set_session_token(tokens_[agent % tokens_.size()]);
    signed_in(*socket, sign_in);
    const auto hearing = std::make_shared<Hearing>();
    socket->listen([this, hearing, weak = std::weak_ptr{socket}](std::string_view text) {
      if (const auto page = weak.lock()) hearing->take(sockets_, page, text);
    });
    return socket;
  }

 private:
  SocketPtr open() { return sockets_.open(options_.host, options_.http_port, "/ws/console"); }

  static std::string signed_in(WebSockets::Socket& socket, const v1::ConsoleRequest& request) {
    socket.say(json(request));
    return heard<v1::ConsoleResponse>(socket, [](const auto& frame) { return frame.has_signed_in(); })
        .signed_in()
        .session_token();
  }

  void read(std::size_t agent, std::string_view text) {
    hearings_[agent].take(sockets_, pages_[agent], text);
    std::unique_lock lock{mutex_};
    if (shown_) {
      if (opened_of(text)) {
        ++opened_;
        changed_.notify_all();
      }
      const auto& shown = shown_;
      lock.unlock();
      shown(text);
      return;
    }
    if (text.find("\"work\"") == std::string_view::npos) return;
    const auto frame = parsed<v1::ConsoleResponse>(text);
    for (const auto& offer : frame.work().offers()) {
      if (!taken_.insert(offer.id()).second) continue;
      v1::ConsoleRequest accept;
      accept.mutable_accept_offer()->set_offer_id(offer.id());
      pages_[agent]->send(json(accept));
    }
    for (const auto& held : frame.work().assigned()) {
      if (held.customer_name().starts_with(run_)) held_[held.customer_name()] = {held.id(), agent};
    }
    changed_.notify_all();
  }

  static bool opened_of(std::string_view text) {
    return text.substr(0, 200).find("\"requestId\":\"" + std::to_string(kOpens) + "\"") !=
           std::string_view::npos;
  }

  static constexpr std::int64_t kOpens = 4711;

  WebSockets& sockets_;
  const ChatsOptions& options_;
  std::string run_;  // what the names of its visitors begin with
  std::vector<std::string> tokens_;
  std::vector<SocketPtr> pages_;
  std::vector<Hearing> hearings_{options_.agents.size()};
  std::set<std::string> taken_;  // on the sockets' thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Held> held_;
  std::size_t opened_ = 0;
  std::function<void(std::string_view)> shown_;
};

SocketPtr visitor(WebSockets& sockets, const ChatsOptions& options, const std::string& name) {
  auto socket = sockets.open(options.host, options.http_port, "/ws/chat");
  v1::ChatRequest hello;
  hello.mutable_hello()->set_account_id(options.account);
  hello.mutable_hello()->mutable_introduction()->set_name(name);
  socket->say(json(hello));
  heard<v1::ChatResponse>(*socket, [](const auto& frame) { return frame.has_welcome(); });
  return socket;
}

std::string words(std::size_t pair, std::size_t number) {
  v1::ChatRequest request;
  request.mutable_write()->set_client_id("m" + std::to_string(number));
  request.mutable_write()->set_text(std::string{kMark} + std::to_string(pair) + "." + std::to_string(number) +
                                    "# where is my parcel, please? It was to come on Monday.");
  return json(request);
}

/// The number in the client id that a frame names; 0 if it names none.
std::size_t client_number(std::string_view frame) {
  constexpr std::string_view kClientId = "\"clientId\":\"m";
  std::size_t number = 0;
  if (const auto at = frame.find(kClientId); at != std::string_view::npos)
    std::from_chars(frame.data() + at + kClientId.size(), frame.data() + frame.size(), number);
  return number;
}

/// The chats under way. Everything but the constructor and wait() happens on the sockets' thread.
class Chats {
 public:
  Chats(WebSockets& sockets, const ChatsOptions& options)
      : sockets_{sockets},
        options_{options},
        run_{run_name()},
        desks_{sockets, options, run_},
        cpu_{options.watched} {
    for (std::size_t i = 0; i < options.pairs; ++i) {
      pairs_.push_back({.visitor = visitor(sockets, options, name(i))});
      pairs_[i].visitor->say(words(i, 0));
      heard<v1::ChatResponse>(*pairs_[i].visitor,
                              [](const auto& frame) { return frame.has_acked() || frame.has_item(); });
      pairs_[i].sent.push_back({});
    }
    desks_.open_all(desks_.wait_for(options.pairs), [this](std::string_view text) { shown(text); });
    for (std::size_t i = 0; i < options.pairs; ++i) {
      pairs_[i].visitor->listen([this, i](std::string_view text) { answered(i, text); });
    }
    cpu_.begin();
    sockets.after(0us, [this] { begin(); });
    wait();
  }

  void into(Report& report) {
    report.add("messages", static_cast<double>(latencies_.count()));
    report.add("per_second", static_cast<double>(latencies_.count()) / seconds_between(began_, last_shown_));
    latencies_.into(report);
    report.append("acked_", acked());
    cpu_.into(report, static_cast<double>(latencies_.count()));
  }

 private:
  struct Pair {
    SocketPtr visitor;
    std::vector<SteadyTime> sent;  // by number
    std::size_t shown = 1;         // the first one opened the ticket
    std::size_t acked = 1;
  };

  [[nodiscard]] std::string name(std::size_t pair) const { return run_ + "-" + std::to_string(pair); }

  Report acked() {
    Report report;
    acks_.into(report);
    return report;
  }

  void begin() {
    began_ = last_shown_ = steady_now();
    begun_ = true;
    if (options_.rate > 0) {
      tick();
      return;
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      for (int n = 0; n < options_.window; ++n) write(i);
    }
  }

  /// As many as are due by now: an open loop, which a slow system cannot slow down.
  void tick() {
    const auto due = static_cast<std::size_t>(
        std::min(seconds_between(began_, steady_now()), options_.seconds) * options_.rate);
    while (sent_ < due) write(sent_ % pairs_.size());
    if (over()) {
      finish_if_all_shown();
    } else {
      sockets_.after(1ms, [this] { tick(); });
    }
  }

  [[nodiscard]] bool over() const { return seconds_between(began_, steady_now()) >= options_.seconds; }

  void write(std::size_t i) {
    auto& pair = pairs_[i];
    pair.visitor->send(words(i, pair.sent.size()));
    pair.sent.push_back(steady_now());
    ++sent_;
  }

  void answered(std::size_t i, std::string_view text) {
    if (text.find("\"failed\"") != std::string_view::npos) refuse(text);
    auto& pair = pairs_[i];
    // Its item or an acknowledgement, whichever comes first.
    if (pair.acked >= pair.sent.size() || client_number(text) != pair.acked) return;
    acks_.add(steady_now() - pair.sent[pair.acked++]);
    if (options_.rate == 0 && !over()) write(i);
  }

  void shown(std::string_view text) {
    if (text.find("\"failed\"") != std::string_view::npos) refuse(text);
    for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
      std::size_t i = 0, number = 0;
      const auto* end = text.data() + text.size();
      const auto [dot, bad] = std::from_chars(text.data() + at + kMark.size(), end, i);
      if (bad != std::errc{} || i >= pairs_.size()) continue;
      std::from_chars(dot + 1, end, number);
      auto& pair = pairs_[i];
      if (number < pair.shown || number >= pair.sent.size()) continue;
      if (number > pair.shown) {
        refuse("message " + std::to_string(pair.shown) + " was shown after message " +
               std::to_string(number));
      }
      pair.shown = number + 1;
      last_shown_ = steady_now();
      latencies_.add(last_shown_ - pair.sent[number]);
    }
    if (begun_ && over()) finish_if_all_shown();
  }

  void refuse(std::string_view why) {
    const std::lock_guard lock{mutex_};
    if (failure_.empty()) failure_ = why;
    changed_.notify_all();
  }

  void finish_if_all_shown() {
    if (latencies_.count() < sent_) return;
    const std::lock_guard lock{mutex_};
    done_ = true;
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock lock{mutex_};
    const auto patience = std::chrono::duration<double>(options_.seconds + 60);
    const auto until = steady_now() + std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    while (!done_ && failure_.empty()) {
      changed_.wait_for(lock, 50ms);
      if (failure_.empty()) failure_ = sockets_.failure();
      if (steady_now() > until) failure_ = "not all messages reached their agents within a minute";
    }
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }

  WebSockets& sockets_;
  const ChatsOptions& options_;
  const std::string run_;  // what the names of its visitors begin with
  Desks desks_;
  ProcessCpu cpu_;
  std::vector<Pair> pairs_;
  SteadyTime began_, last_shown_;
  std::size_t sent_ = 0;
  bool begun_ = false;  // until then frames are of the preparation
  Latencies latencies_, acks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::string failure_;
};

}  // namespace

Report chats(const ChatsOptions& options) {
  WebSockets sockets;
  Chats under_way{sockets, options};
  Report report;
  under_way.into(report);
  sockets.stop();
  return report;
}

int hold_sockets(const ChatsOptions& options) {
  WebSockets sockets;
  std::vector<SocketPtr> held;
  Desks desks{sockets, options, {}};
  for (std::size_t i = 0; i < options.pairs; ++i) {
    held.push_back(options.agents.empty() ? visitor(sockets, options, {}) : desks.open_another(i));
  }
  std::printf("%zu\n", held.size());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace hark::load
