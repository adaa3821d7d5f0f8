#pragma once

#include <string_view>

namespace hark {

/// The descriptors of proto/hark/v1 with their comments (a serialized FileDescriptorSet), embedded by the
/// build.
extern const std::string_view hark_v1_binpb;

}  // namespace hark
