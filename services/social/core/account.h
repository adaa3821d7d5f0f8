#pragma once

#include <string>

namespace hark::social {

/// One of our accounts on a network, as it is configured.
struct Account {
  std::string id;
  std::string network;  // name of its adapter
  std::string
      own_id;         // page, Instagram account, phone number id, bot or group; empty: the network needs none
  std::string token;  // what we send with
  std::string secret;        // what webhooks prove themselves with
  std::string verify;        // what the network asks for when the webhook is set up
  std::string base_url;      // without a slash at the end
  bool human_agent = false;  // Meta let us write for seven days
};

}  // namespace hark::social
