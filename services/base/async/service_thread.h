#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "base/async/task.h"

namespace hark {

/// One thread with one event loop: each service has one, and all of its state lives there, so that nothing in
/// a service needs a lock. Services on different threads meet through gRPC alone.
class ServiceThread {
 public:
  explicit ServiceThread(std::string name);
  /// Ends the loop when its work is done and joins. Cancel and await the service's tasks first.
  ~ServiceThread();
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

  [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace hark
