#include "hark/demo_network.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/async/service_thread.h"
#include "base/config/defaults.h"
#include "base/core/ids.h"
#include "base/web/http_server.h"

namespace hark {
namespace {

namespace json = boost::json;
using web::HttpRequest;
using web::HttpResponse;

constexpr std::string_view kBot = "/bot0:demo/";
constexpr std::string_view kFiles = "/file/bot0:demo/";

struct Person {
  std::int64_t id;
  std::string_view name;
  std::vector<std::string_view> messages;
  int photos;  // sent together after the last message
  std::string_view thanks;
};

const std::vector<Person>& people() {
  static const std::vector<Person> all{
      {7'000'001,
       "Marta",
       {"Labdien! Krūze pienāca saplīsusi.", "Lūk, kā tā izskatās:"},
       2,
       "Paldies, gaidīšu jauno!"},
      {7'000'002, "Tomasz", {"Hi, is the red teapot back in stock?"}, 0, "Great, thanks a lot!"},
  };
  return all;
}

/// A broken mug, 64 x 48.
constexpr auto kPhoto = std::to_array<unsigned char>(
    {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
     0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x30, 0x02, 0x03, 0x00, 0x00, 0x00, 0xdc, 0x25, 0x94, 0x8c, 0x00,
     0x00, 0x00, 0x0c, 0x50, 0x4c, 0x54, 0x45, 0xf4, 0xf1, 0xea, 0x24, 0x63, 0x8c, 0x14, 0x14, 0x14, 0x96,
     0x78, 0x5a, 0x93, 0xba, 0x0d, 0xc9, 0x00, 0x00, 0x00, 0x6a, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0xd5,
     0x91, 0x31, 0x0a, 0xc0, 0x30, 0x0c, 0x03, 0xb3, 0xe4, 0x7f, 0x59, 0x64, 0xf0, 0x03, 0xf2, 0x24, 0xbf,
     0xb7, 0x0d, 0xa1, 0x83, 0x2d, 0x75, 0x68, 0xa7, 0x52, 0x6f, 0x3a, 0xce, 0x44, 0x38, 0xad, 0xfd, 0x69,
     0x3a, 0x80, 0x09, 0x8c, 0x0c, 0x56, 0xae, 0x00, 0x4e, 0xc0, 0xc5, 0x30, 0x02, 0x26, 0x06, 0x22, 0xa1,
     0x7e, 0xe5, 0x0c, 0x76, 0x2e, 0xc6, 0x24, 0xb0, 0x8b, 0xf5, 0x41, 0xc5, 0x32, 0x70, 0x31, 0x8c, 0x80,
     0x89, 0xb1, 0x1e, 0xae, 0x20, 0xc8, 0x08, 0x59, 0xb9, 0x2b, 0x56, 0xab, 0x3b, 0x01, 0x17, 0xe3, 0xd1,
     0xc5, 0x2a, 0x08, 0x32, 0x42, 0x56, 0xde, 0x7c, 0xe5, 0x41, 0xf3, 0x11, 0x38, 0x01, 0x58, 0x16, 0xd0,
     0x15, 0x8b, 0x8a, 0x0c, 0xed, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82});

std::int64_t new_number() { return static_cast<std::int64_t>(secure_random() >> 24); }

json::object update(const Person& person, json::object what) {
  json::object message{{"message_id", new_number()},
                       {"from", {{"id", person.id}, {"is_bot", false}, {"first_name", person.name}}},
                       {"chat", {{"id", person.id}, {"type", "private"}, {"first_name", person.name}}},
                       {"date", std::chrono::duration_cast<std::chrono::seconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count()}};
  for (auto& [name, value] : what) message[name] = std::move(value);
  return {{"update_id", new_number()}, {"message", std::move(message)}};
}

void say(const Person& person, std::string_view what) {
  std::printf("%-14s %s\n", std::string{person.name}.c_str(), std::string{what}.c_str());
  std::fflush(stdout);
}

HttpResponse answered(int status, json::object body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = json::serialize(body);
  return response;
}

HttpResponse refused(int code, std::string_view words) {
  return answered(code, {{"ok", false}, {"error_code", code}, {"description", words}});
}

}  // namespace

struct DemoNetwork::Line {
  Line(std::string to_host, int to_port, std::string to_account, int at_port)
      : host{std::move(to_host)}, port{to_port}, account{std::move(to_account)}, api_port{at_port} {}

  // ---- the Bot API, on its own thread

  static Task<HttpResponse> give_file(HttpRequest request) {
    HttpResponse response;
    if (request.path.starts_with(kFiles)) {
      response.content_type = "image/png";
      response.body.assign(kPhoto.begin(), kPhoto.end());
      co_return response;
    }
    co_return answered(200, {{"ok", true}, {"result", {{"file_path", "photos/mug.png"}}}});
  }

  Task<HttpResponse> take_answer(HttpRequest request) {
    boost::system::error_code bad;
    const auto body = json::parse(request.body, bad);
    const auto* fields = body.if_object();
    const auto* chat = fields ? fields->if_contains("chat_id") : nullptr;
    const auto* text = fields ? fields->if_contains("text") : nullptr;
    if (!chat || !chat->is_string() || !text || !text->is_string())
      co_return refused(400, "Bad Request: chat_id and text are needed");
    co_return got(chat->get_string(), "reads: " + std::string{std::string_view{text->get_string()}});
  }

  Task<HttpResponse> take_file(HttpRequest request) {
    constexpr std::string_view kChat = "name=\"chat_id\"\r\n\r\n";
    const auto at = request.body.find(kChat);
    if (at == request.body.npos) co_return refused(400, "Bad Request: chat_id is needed");
    const auto begin = at + kChat.size();
    co_return got(request.body.substr(begin, request.body.find('\r', begin) - begin), "looks at a file");
  }

  /// An answer has come to a customer.
  HttpResponse got(std::string_view chat, const std::string& what) {
    const auto found =
        std::ranges::find_if(people(), [&](const Person& one) { return std::to_string(one.id) == chat; });
    if (found == people().end()) return refused(400, "Bad Request: chat not found");
    say(*found, what);
    {
      const std::lock_guard lock{mutex};
      if (thanked.insert(found->id).second) thankful.push_back(&*found);
      changed.notify_all();
    }
    return answered(
        200, {{"ok", true}, {"result", {{"message_id", new_number()}, {"chat", {{"id", found->id}}}}}});
  }

  Status serve() {
    std::promise<Result<std::uint16_t>> listening;
    asio::post(thread.executor(), [this, &listening] {
      server.emplace(thread.executor());
      server->route({"GET", std::string{kBot} + "*",
                     [](HttpRequest request) { return give_file(std::move(request)); }});
      server->route({"GET", std::string{kFiles} + "*",
                     [](HttpRequest request) { return give_file(std::move(request)); }});
      server->route({"POST", std::string{kBot} + "sendMessage",
                     [this](HttpRequest request) { return take_answer(std::move(request)); }});
      for (const auto* method : {"sendPhoto", "sendDocument"}) {
        server->route({"POST", std::string{kBot} + method,
                       [this](HttpRequest request) { return take_file(std::move(request)); }});
      }
      listening.set_value(server->listen("127.0.0.1", static_cast<std::uint16_t>(api_port)));
    });
    const auto port_had = listening.get_future().get();
    return port_had.ok() ? Status{} : Status{port_had.error()};
  }

  static Task<bool> end(web::HttpServer& server) {
    co_await server.stop(std::chrono::seconds{1});
    co_return true;
  }

  void stop() {
    if (!server) return;
    asio::co_spawn(thread.executor(), end(*server), asio::use_future).get();
    std::promise<void> gone;
    asio::post(thread.executor(), [this, &gone] {
      server.reset();
      gone.set_value();
    });
    gone.get_future().get();
  }

  // ---- what customers do

  /// One webhook, as Telegram sends it. Errors: what Hark answered instead of 200.
  Status post(const json::object& what) {
    const auto body = json::serialize(what);
    asio::io_context context;
    asio::ip::tcp::socket socket{context};
    asio::ip::tcp::resolver resolver{context};
    asio::connect(socket, resolver.resolve(host, std::to_string(port)));
    const auto request =
        "POST /webhooks/" + account + " HTTP/1.1\r\nHost: " + host +
        "\r\nConnection: close\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: " +
        std::string{kDemoWebhookSecret} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;
    asio::write(socket, asio::buffer(request));
    std::string input;
    asio::read_until(socket, asio::dynamic_buffer(input), "\r\n");
    if (input.starts_with("HTTP/1.1 200")) return {};
    return Error{Code::kUnavailable, Reason::kStoreUnavailable, input.substr(9, input.find('\r') - 9)};
  }

  Status write(const Person& person, std::string_view text) {
    HARK_TRY_VOID(post(update(person, {{"text", text}})));
    say(person, "writes on Telegram: " + std::string{text});
    return {};
  }

  /// Photos sent together come as a message each, tied by a name.
  Status send_photos(const Person& person) {
    const auto album = std::to_string(new_number());
    for (int i = 0; i < person.photos; ++i) {
      HARK_TRY_VOID(post(
          update(person,
                 {{"media_group_id", album},
                  {"photo", json::array{json::object{{"file_id", "mug"}, {"width", 64}, {"height", 48}}}}})));
    }
    if (person.photos > 0) say(person, "sends " + std::to_string(person.photos) + " photos on Telegram");
    return {};
  }

  Status play(const std::function<void()>& pause) {
    for (const auto& person : people()) {
      for (const auto text : person.messages) {
        HARK_TRY_VOID(write(person, text));
        pause();
      }
      HARK_TRY_VOID(send_photos(person));
    }
    for (;;) {
      const Person* next = nullptr;
      {
        std::unique_lock lock{mutex};
        changed.wait(lock, [this] { return left || !thankful.empty(); });
        if (left) return {};
        next = thankful.front();
        thankful.pop_front();
      }
      HARK_TRY_VOID(write(*next, next->thanks));
    }
  }

  std::string host;
  int port;
  std::string account;
  int api_port;
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::int64_t> thanked;
  std::deque<const Person*> thankful;
  bool left = false;
  ServiceThread thread{"demo-network"};
  std::optional<web::HttpServer> server;  // on its thread
};

DemoNetwork::DemoNetwork(std::string host, int port, std::string account, int api_port)
    : line_{std::make_unique<Line>(std::move(host), port, std::move(account), api_port)} {}

DemoNetwork::~DemoNetwork() { line_->stop(); }

void DemoNetwork::leave() {
  const std::lock_guard lock{line_->mutex};
  line_->left = true;
  line_->changed.notify_all();
}

Status DemoNetwork::run(const std::function<void()>& pause) try {
  HARK_TRY_VOID(line_->serve());
  return line_->play(pause);
} catch (const boost::system::system_error& failure) {
  return Error{Code::kUnavailable, Reason::kStoreUnavailable, failure.code().message()};
} catch (const std::exception& failure) {
  return Error{Code::kUnavailable, Reason::kStoreUnavailable, failure.what()};
}

}  // namespace hark
