#pragma once

#include <deque>
#include <memory>

#include "base/async/notifier.h"
#include "base/http/http_client.h"
#include "phone/ari/event_socket.h"
#include "phone/core/ari.h"
#include "phone/desk.h"

namespace hark::phone {

/// Events read and not taken yet; at more the line is cut, and what was missed is found by looking at the
/// channels.
constexpr std::size_t kEventsWaitingMax = 10'000;

/// An Asterisk, over its REST interface: one Stasis application for each account. Events come over a
/// WebSocket; after each connect the channels that are there are compared with the calls that should be.
class AriExchange final : public Exchange {
 public:
  AriExchange(TaskGroup& tasks, const Account& account, Desk& desk, http::HttpClient& http,
              const Clock& clock, Metrics& metrics);

  /// Follows the events as long as its task runs.
  Task<> run();

  Task<Carried> carry_out(v1::PhoneCommand command) override;

 private:
  enum class Ended { kBroken, kReplaced };
  Task<Result<Ended>> follow();
  Task<> take_events(std::shared_ptr<EventSocket> socket);
  Task<Status> take(ari::News news);
  Task<Status> reconcile();
  Task<Status> look_for_tape(std::string call);
  Task<Status> reconcile_call(Call call, const std::vector<ari::Channel>& channels);

  Task<Carried> queue(std::string channel);
  Task<Carried> ring(std::string channel, std::string endpoint, std::string caller_id, int seconds);
  Task<Carried> dial(std::string channel, std::string number, std::string caller_id, int seconds);
  Task<Carried> connect(std::string customer, std::string agent);
  Task<Carried> bridge(std::string name, std::string one, std::string other);
  Task<Carried> announce(std::string customer, int position);
  Task<Carried> hold(std::string customer, bool held);
  Task<Carried> hang_up(std::string channel);
  Task<Carried> take_voicemail(std::string channel);
  Task<Result<std::optional<std::string>>> look(std::string path);
  Task<http::Answer> ask(std::string method, std::string path);
  /// `gone_is_done`: what is not there needs no more of it.
  Task<Carried> send(std::string method, std::string path, bool gone_is_done = false);
  [[nodiscard]] EventSocket::Target target() const;

  TaskGroup& tasks_;
  const Account& account_;
  Desk& desk_;
  http::HttpClient& http_;
  const Clock& clock_;
  std::deque<std::string> waiting_;
  Notifier arrived_;
  Gauge connected_;
  Counter events_, broken_;
};

}  // namespace hark::phone
