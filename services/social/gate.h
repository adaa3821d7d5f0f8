#pragma once

#include <utility>

#include "base/async/notifier.h"

namespace hark::social {

/// Lets so many in at once; the others wait. Lives on one thread, and longer than its passes.
class Gate {
 public:
  Gate(const asio::any_io_executor& executor, int places) : places_{places}, left_{executor} {}

  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_{&gate} {}
    Pass(Pass&& other) noexcept : gate_{std::exchange(other.gate_, nullptr)} {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (!gate_) return;
      ++gate_->places_;
      gate_->left_.notify_all();
    }

   private:
    Gate* gate_;
  };

  Task<Pass> enter() {
    while (places_ == 0) co_await left_.wait();
    --places_;
    co_return Pass{*this};
  }

 private:
  int places_;
  Notifier left_;
};

}  // namespace hark::social
