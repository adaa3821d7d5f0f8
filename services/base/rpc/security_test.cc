#include "base/rpc/security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "hark/v1/config.pb.h"

namespace hark::rpc {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SecurityTest : public ::testing::Test {
 protected:
  SecurityTest() { fs::create_directories(folder_); }
  ~SecurityTest() override { fs::remove_all(folder_); }

  std::string file(std::string_view name, std::string_view text) {
    const auto path = folder_ / name;
    std::ofstream{path} << text;
    return path.string();
  }

  fs::path folder_ =
      fs::path{::testing::TempDir()} / ::testing::UnitTest::GetInstance()->current_test_info()->name();
  v1::Grpc config_;
};

TEST_F(SecurityTest, IsPlaintextAndOpenWhereNothingIsNamed) {
  const auto security = read_security(config_);
  ASSERT_TRUE(security.ok());
  EXPECT_TRUE(security->certificate.empty());
  EXPECT_TRUE(security->tokens.empty());
}

TEST_F(SecurityTest, TakesATokenFromEachLineThatIsNoRemark) {
  const std::string one(32, 'a'), two(64, 'b');
  config_.set_token_file(file("token", "# ours\n" + one + "\r\n\n# the integrators'\n" + two));
  const auto security = read_security(config_);
  ASSERT_TRUE(security.ok()) << security.error().message;
  EXPECT_THAT(security->tokens, ElementsAre(one, two));
}

TEST_F(SecurityTest, NamesTheFileThatCannotBeUsedAndSaysWhy) {
  config_.set_token_file(file("short", "too-short\n"));
  EXPECT_THAT(read_security(config_).error().message,
              HasSubstr("short: has a token of less than 32 characters"));
  config_.set_token_file(file("empty", "# nothing\n"));
  EXPECT_THAT(read_security(config_).error().message, HasSubstr("empty: has no token in it"));
  config_.set_certificate_file(file("tls.crt", "hello"));
  EXPECT_THAT(read_security(config_).error().message, HasSubstr("tls.crt: is not PEM"));
  config_.set_certificate_file("/nowhere/tls.crt");
  EXPECT_THAT(read_security(config_).error().message,
              HasSubstr("grpc.certificate_file: /nowhere/tls.crt: cannot be read"));
}

}  // namespace
}  // namespace hark::rpc
