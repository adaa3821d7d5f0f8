#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "hark/v1/entry.pb.h"

namespace hark::console {

/// Entries of one frame, together. The rest is a step back on the timeline, which the page asks for.
constexpr std::size_t kFrameEntriesBytesMax = 256 * 1024;
/// A text or an HTML body longer than this is cut for the page, with a remark that says so; the whole of it
/// stays with the message and its raw form.
constexpr std::size_t kShownTextBytesMax = 64 * 1024;

/// Keeps as many of the newest entries as fit, at least one, and cuts bodies that no page should have to
/// show.
void fit_into_frame(google::protobuf::RepeatedPtrField<v1::Entry>& entries);

}  // namespace hark::console
