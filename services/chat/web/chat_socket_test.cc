#include "chat/web/chat_socket.h"

#include <gtest/gtest.h>

namespace hark::chat {
namespace {

web::HttpRequest from_proxy(std::vector<std::string> forwarded) {
  web::HttpRequest request;
  request.remote_address = "10.0.0.1";
  for (auto& value : forwarded) request.headers.push_back({"X-Forwarded-For", std::move(value)});
  return request;
}

std::string address(std::vector<std::string> forwarded, bool behind_proxy = true) {
  return origin_of(from_proxy(std::move(forwarded)), behind_proxy).remote_address;
}

TEST(OriginOf, BehindAProxyItIsTheAddressThatTheProxyAdded) {
  EXPECT_EQ(address({"192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(address({"1.1.1.1, 192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(address({"1.1.1.1", "192.0.2.7"}), "192.0.2.7") << "a header of its own";
  EXPECT_EQ(address({"1.1.1.1, 2.2.2.2", "3.3.3.3 , 192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(address({}), "10.0.0.1");
}

TEST(OriginOf, WithoutAProxyNobodySaysTheirAddressThemselves) {
  EXPECT_EQ(address({"192.0.2.7"}, false), "10.0.0.1");
}

}  // namespace
}  // namespace hark::chat
