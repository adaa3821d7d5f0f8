#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hark::load {

/// Many WebSockets of clients, on one thread that belongs to the object.
///
/// A socket begins by waiting for each answer; after listen() what comes is told to a function on the thread
/// of the object, where send() may be called as well.
class WebSockets {
 public:
  class Socket {
   public:
    virtual ~Socket() = default;
    /// Before listen(), on any thread. Throws std::runtime_error.
    virtual void say(std::string_view text) = 0;
    virtual std::string hear() = 0;

    virtual void listen(std::function<void(std::string_view)> told) = 0;
    /// After listen(), on the object's thread.
    virtual void send(std::string text) = 0;
  };

  WebSockets();
  ~WebSockets();
  WebSockets(const WebSockets&) = delete;
  WebSockets& operator=(const WebSockets&) = delete;

  /// Connects and shakes hands. Throws std::runtime_error.
  std::shared_ptr<Socket> open(const std::string& host, int port, const std::string& path);

  /// Calls it on the object's thread after the time.
  void after(std::chrono::microseconds time, std::function<void()> what);

  /// Closes what is open and ends the thread.
  void stop();

  /// The first thing that went wrong on the thread; empty if nothing did.
  [[nodiscard]] std::string failure() const;

 private:
  struct Impl;
  class Client;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hark::load
