#pragma once

#include <string>
#include <vector>

namespace hark::social {

/// A message whose words the network has approved, with placeholders.
struct ApprovedTemplate {
  std::string name, language, text;
};

/// One of our accounts on a network, as it is configured.
struct Account {
  std::string id;
  std::string network;  // name of its adapter
  std::string
      own_id;         // page, Instagram account, phone number id, bot or group; empty: the network needs none
  std::string token;  // what we send with
  std::string secret;           // what webhooks prove themselves with
  std::string verify;           // what the network asks for when the webhook is set up
  std::string base_url;         // without a slash at the end
  bool human_agent = false;     // Meta let us write for seven days
  std::string public_url = {};  // where networks reach us, without a slash at the end; empty: they do not
  int per_second = 0;           // requests to the network; 0: as many as it is known to take
  std::vector<ApprovedTemplate> templates = {};
};

}  // namespace hark::social
