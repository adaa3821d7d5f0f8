#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "social/core/network.h"

namespace hark::social {

/// What Messenger, Instagram and WhatsApp share: the app's signature, the envelope, the Graph API's errors.
/// https://developers.facebook.com/docs/graph-api/webhooks

constexpr std::string_view kGraphVersion = "/v21.0";

/// X-Hub-Signature-256 over the raw bytes.
bool meta_proves(const Account& account, const Lookup& header, std::string_view raw);

/// One app has one webhook for all its pages and numbers, so any of its accounts may get everything.
Reading read_meta(const Account& account, const boost::json::object& request);

/// `native_id` of an answer with status 200; empty: it is none.
Verdict meta_judge(int status, std::string_view body, std::string (*native_id)(const boost::json::value&));

/// One of `entry[].messaging[]`.
Item read_messaging(std::string_view network, const std::string& own_id, const boost::json::value& event);
/// One of WhatsApp's `entry[].changes[]`; `portfolio` is what its user ids are scoped to.
void read_whatsapp_change(const std::string& portfolio, const boost::json::value& change,
                          std::vector<Item>& items);

}  // namespace hark::social
