#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <string>
#include <vector>

#include "console/service.h"
#include "console/testing/fakes.h"

// What the tests of ConsoleService share.
namespace hark::console {

using testing::conversation_id;
using testing::FakeWorld;

inline const std::string kOne = conversation_id('1');
inline const std::string kTwo = conversation_id('2');

struct Page final : ResponseSink {
  void send(const v1::ConsoleResponse& response) override { got.push_back(response); }
  void close(Farewell farewell, std::string_view) override { farewells.push_back(farewell); }
  std::vector<v1::ConsoleResponse> got;
  std::vector<Farewell> farewells;
};

class ConsoleServiceTest : public ::testing::Test {
 protected:
  ConsoleServiceTest() {
    world.add_agent("ana");
    world.add_agent("ben");
    world.add_agent("sam", v1::ROLE_SUPERVISOR);
    service.start();
    settle();
  }
  ~ConsoleServiceTest() override {
    auto stopped = asio::co_spawn(context, service.stop(), asio::use_future);
    for (const auto& connection : connections) service.disconnect(connection);
    context.restart();
    context.run();
    stopped.get();
  }

  /// Runs whatever can run without time passing.
  void settle() {
    context.restart();
    while (context.poll() > 0) context.restart();
  }

  ConnectionPtr connect(const std::shared_ptr<Page>& page) {
    connections.push_back(service.connect(page, "10.0.0.1"));
    return connections.back();
  }
  v1::ConsoleResponse ask(const ConnectionPtr& connection, const std::shared_ptr<Page>& page,
                          v1::ConsoleRequest request) {
    request.set_request_id(++last_id);
    service.receive(connection, std::move(request));
    settle();
    for (const auto& response : page->got) {
      if (response.request_id() == last_id) return response;
    }
    return {};
  }
  ConnectionPtr signed_in(const std::shared_ptr<Page>& page, const std::string& login = "ana") {
    const auto connection = connect(page);
    EXPECT_TRUE(ask(connection, page, sign_in(login, "right")).has_signed_in());
    return connection;
  }
  static v1::ConsoleRequest sign_in(const std::string& login, const std::string& password) {
    v1::ConsoleRequest request;
    request.mutable_sign_in()->set_login(login);
    request.mutable_sign_in()->set_password(password);
    return request;
  }
  /// A page that comes back with its session's token.
  static v1::ConsoleRequest come_back(const v1::ConsoleResponse::SignedIn& before, std::int64_t offset) {
    v1::ConsoleRequest request;
    request.mutable_sign_in()->set_session_token(before.session_token());
    request.mutable_sign_in()->mutable_resume()->set_epoch(before.epoch());
    request.mutable_sign_in()->mutable_resume()->set_offset(offset);
    return request;
  }
  static v1::ConsoleResponse::SignedIn told_at_sign_in(const Page& page) {
    for (const auto& response : page.got) {
      if (response.has_signed_in()) return response.signed_in();
    }
    return {};
  }
  static v1::ConsoleRequest open(const std::string& id) {
    v1::ConsoleRequest request;
    request.mutable_open()->set_conversation_id(id);
    return request;
  }
  void happens(const v1::Event& event) {
    world.events.push(event);
    settle();
  }
  static v1::ConsoleResponse::Setup setup() {
    v1::ConsoleResponse::Setup setup;
    auto& account = *setup.add_accounts();
    account.set_id("support");
    account.set_channel(v1::CHANNEL_EMAIL);
    setup.set_attachment_size_max(1000);
    setup.set_attachments_size_max(2000);
    return setup;
  }
  template <class Has>
  static std::vector<v1::ConsoleResponse> frames(const Page& page, const Has& has) {
    std::vector<v1::ConsoleResponse> out;
    for (const auto& response : page.got) {
      if ((response.*has)()) out.push_back(response);
    }
    return out;
  }
  static const v1::ConsoleResponse::Work* last_work(const Page& page) {
    for (auto it = page.got.rbegin(); it != page.got.rend(); ++it) {
      if (it->has_work()) return &it->work();
    }
    return nullptr;
  }

  asio::io_context context{1};
  ManualClock clock{from_ms(1'800'000'000'000)};
  FakeWorld world{context.get_executor()};
  std::vector<std::string> seen;
  ConsoleService service{
      context.get_executor(),
      world.ports(),
      clock,
      {"0123456789abcdef",
       std::chrono::hours{12},
       {[this](std::size_t now) { seen.push_back(std::to_string(now) + " sessions"); },
        [this](std::string_view login, std::string_view from, const Status& outcome) {
          seen.push_back(std::string{login} + " from " + std::string{from} + ": " +
                         (outcome.ok() ? "ok" : std::string{name_of(outcome.error().reason)}));
        },
        {}},
       setup()}};
  std::vector<ConnectionPtr> connections;
  std::int64_t last_id = 0;
};

}  // namespace hark::console
