#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "social/core/network.h"

namespace hark::social {

/// Comments beneath posts, and what visitors write on a page, on Facebook and Instagram: everybody reads
/// them, and our answers to them.
/// https://developers.facebook.com/docs/graph-api/webhooks/reference/page and .../reference/instagram

/// Fields of `entry[].changes[]` that tell of them.
bool is_comment_field(std::string_view network, std::string_view field);

/// One such change. Adds nothing for what is no comment and wants nobody: likes, posts of our own.
void read_comment_change(std::string_view network, const boost::json::value& entry,
                         const boost::json::value& change, std::vector<Item>& items);

/// A public answer to a comment.
Call render_comment(const Account& account, const Piece& piece);
/// Whom a private answer to a comment is for: `recipient` of a message.
boost::json::object private_recipient(std::string_view comment);

}  // namespace hark::social
