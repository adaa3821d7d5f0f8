#pragma once

#include "hark/v1/sending.pb.h"
#include "social/core/account.h"

namespace hark::social {

/// Files that one answer may carry.
constexpr int kOutFilesMax = 10;

/// What the account's network takes, for those who write answers.
v1::SendingRules rules_of(const Account& account);

}  // namespace hark::social
