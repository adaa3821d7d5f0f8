#pragma once

#include "social/core/file_link.h"
#include "social/ports.h"
#include "social/settings.h"

namespace hark::social {

/// Gives the files of answers to networks that fetch them. Lives on the service's thread.
class AnswerFiles {
 public:
  AnswerFiles(ConversationPort& conversation, const Clock& clock, const Settings& settings)
      : conversation_{conversation}, clock_{clock}, settings_{settings} {}

  struct Given {
    std::string content;
    std::string content_type;
  };
  /// Errors: BLOB_NOT_FOUND, also for a path that is no link of ours or too old; get_blob's.
  Task<Result<Given>> give(std::string path);

 private:
  ConversationPort& conversation_;
  const Clock& clock_;
  const Settings& settings_;
};

}  // namespace hark::social
