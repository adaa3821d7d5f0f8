#pragma once

#include <string>
#include <string_view>

/// Where chat's things are in Redis. Each visitor's lie under one hash tag, hark:{chat:<account>:<visitor>}:
///
///   session   hash    epoch, last (offset), delivered, read (offsets that the page has said),
///   told_delivered,
///                     told_read (offsets whose news conversation has taken), introduced (digest of what it
///                     was told that the visitor says of themselves), user (whose session it is, if the site
///                     has signed it); "c:<client id>" or "e:<entry>" -> offset, of everything in
///                     the log
///   log       stream  <offset>-0: r ChatLogRecord bytes, i what makes it one item
///
/// Both expire together, counted from the last use.
namespace hark::chat::keys {

inline std::string visitor(std::string_view address) { return "hark:{" + std::string{address} + "}"; }

/// What all chat processes share: hash, secret.
inline std::string meta() { return "hark:chat"; }

/// Whose log has grown: a short stream, v address, p process.
inline std::string news() { return "hark:chat:news"; }

}  // namespace hark::chat::keys
