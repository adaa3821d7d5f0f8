#pragma once

#include <functional>

#include "base/async/task_group.h"
#include "conversation/service.h"

namespace hark::conversation {

/// Carries on merges (and takings back) whose process died or lost the store on the way: until it is done,
/// nobody is asked to answer what the merged customer wrote. A look at each partition every few seconds; what
/// is younger is left to whoever began it. Several processes may do so: each step may be repeated.
class UnfinishedMerges {
 public:
  UnfinishedMerges(TaskGroup& tasks, Conversations& service, std::function<void(const Error&)> on_failure)
      : tasks_{tasks}, service_{service}, on_failure_{std::move(on_failure)} {}

  void start();

 private:
  Task<> carry_on();

  TaskGroup& tasks_;
  Conversations& service_;
  std::function<void(const Error&)> on_failure_;
};

}  // namespace hark::conversation
