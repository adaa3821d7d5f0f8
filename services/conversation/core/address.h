#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::conversation {

constexpr std::size_t kAddressBytesMax = 320;

/// The one normaliser of customers' addresses: two spellings of one address give the same text, and nothing
/// else does.
///
///   mailto:ana@x.lv            lower case (local part too: no provider in use tells them apart), domain as
///   A-labels
///                              (RFC 5891), no trailing dot; dots and +tags are kept, they are part of the
///                              address
///   tel:+37120000000           E.164 by libphonenumber, national input by `default_region` ("LV"); what is
///   no number
///                              (short code, "anonymous") is kept as lower-case text
///   telegram:12345  messenger:<page>:<psid>  instagram:<account>:<igsid>  whatsapp:<portfolio>:<bsuid>
///   viber:<bot>:<id>  vk:<group>:<id>  chat:<account>:<visitor>
///   user:<account>:<id>, a signed-in user of the site that a chat account is on           exact, case kept
///
/// Errors: ADDRESS_INVALID.
Result<std::string> normalise_address(std::string_view address, std::string_view default_region = {});

/// The partition of a customer whose first address this is: the same for every process that sees it first.
std::uint16_t home_partition(std::string_view normalised_address, std::uint16_t partitions);

}  // namespace hark::conversation
