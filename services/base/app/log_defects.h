#pragma once

#include <string_view>

#include "base/async/task_group.h"
#include "base/log/log.h"

namespace hark {

/// What a service does with a task of its group that ended by a defect of ours. Its name is a literal.
inline TaskGroup::OnFailure log_defects(std::string_view service) {
  return [service](std::string_view task, std::string_view what) {
    Logger{service}.error("a task ended by a defect", {{"task", task}, {"what", what}});
  };
}

}  // namespace hark
