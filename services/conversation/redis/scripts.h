#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::conversation::scripts {

extern const std::string_view prelude_lua;
extern const std::string_view accept_lua;
extern const std::string_view reply_lua;
extern const std::string_view start_lua;
extern const std::string_view note_lua;
extern const std::string_view annotate_lua;
extern const std::string_view verdicts_lua;
extern const std::string_view assign_lua;
extern const std::string_view transfer_lua;
extern const std::string_view hold_lua;
extern const std::string_view release_lua;
extern const std::string_view prefer_lua;
extern const std::string_view resolve_lua;
extern const std::string_view reopen_lua;
extern const std::string_view waive_lua;
extern const std::string_view call_lua;
extern const std::string_view line_lua;
extern const std::string_view talked_lua;
extern const std::string_view withdraw_lua;
extern const std::string_view lease_lua;
extern const std::string_view outbox_lua;
extern const std::string_view receipt_lua;
extern const std::string_view quarantine_lua;
extern const std::string_view claims_lua;
extern const std::string_view set_shards_lua;
extern const std::string_view fence_lua;
extern const std::string_view tickets_lua;
extern const std::string_view owe_again_lua;
extern const std::string_view repeated_lua;
extern const std::string_view entries_lua;
extern const std::string_view merge_begin_lua;
extern const std::string_view merge_cancel_lua;
extern const std::string_view freeze_lua;
extern const std::string_view join_lua;
extern const std::string_view unfetched_lua;
extern const std::string_view unmerge_begin_lua;
extern const std::string_view part_lua;
extern const std::string_view restore_lua;
extern const std::string_view unmerge_end_lua;
extern const std::string_view searchable_lua;

}  // namespace hark::conversation::scripts
