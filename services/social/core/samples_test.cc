// Payloads that others recorded, with what their own tests expect (HARK_SAMPLES).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "social/core/json.h"
#include "social/core/network.h"

namespace hark::social {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string samples() {
  const char* folder = std::getenv("HARK_SAMPLES");
  return folder ? folder : "";
}

/// "2016-01-30T01:57:09.000000000Z" is a date that both sides round to seconds.
std::int64_t seconds_of(const std::string& iso) {
  std::tm parts{};
  std::istringstream in{iso};
  in >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  return timegm(&parts);
}

struct Recorded {
  const char* folder;
  const char* network;
  const char* own_id;
};

class Samples : public ::testing::TestWithParam<Recorded> {};

/// Their id of a person, "telegram:3527065#nicpottier", ends ours.
std::string person_of(std::string urn) {
  urn = urn.substr(urn.find(':') + 1);
  return urn.substr(0, urn.find('#'));
}

void compare(const Said& said, const boost::json::value& expected, const std::string& file) {
  const auto person = person_of(text_at(expected, {"ExpectedURN"}));
  EXPECT_TRUE(said.address.ends_with(person)) << file << ": " << said.address;
  const auto id = text_at(expected, {"ExpectedExternalID"});
  EXPECT_TRUE(said.native_id == id || said.native_id.ends_with(":" + id)) << file << ": " << said.native_id;
  const auto text = text_at(expected, {"ExpectedMsgText"});
  EXPECT_NE(said.text.find(text), std::string::npos) << file << ": " << said.text;
  const auto date = text_at(expected, {"ExpectedDate"});
  if (!date.empty()) {
    EXPECT_EQ(said.sent_at_ms / 1000, seconds_of(date)) << file;
  }
  std::size_t files = 0;
  for (const auto& attachment : list_at(expected, {"ExpectedAttachments"})) {
    const std::string url{attachment.as_string()};
    if (url.starts_with("geo:")) continue;
    ++files;
    // Telegram's and WhatsApp's are asked for by an id; of VK's photos they take a middle size, we the
    // largest.
    const auto is_it = [&](const File& f) {
      return f.url == url || (f.url.empty() && !f.id.empty()) ||
             (f.kind == "photo" && url.ends_with("photo.jpg"));
    };
    EXPECT_TRUE(std::ranges::any_of(said.files, is_it)) << file << ": " << url;
  }
  EXPECT_GE(said.files.size(), files) << file << ": they take the first alone";
  const auto name = text_at(expected, {"ExpectedContactName"});
  if (!name.empty()) {
    EXPECT_EQ(said.name, name) << file;
  }
}

TEST_P(Samples, MeanWhatTheirOwnTestsExpect) {
  if (samples().empty()) GTEST_SKIP() << "HARK_SAMPLES is not set";
  const Account account{"bot",    GetParam().network, GetParam().own_id,  "token",
                        "secret", "verify",           "https://api.test", false};
  int compared = 0;
  for (const auto& file : fs::directory_iterator{fs::path{samples()} / GetParam().folder}) {
    const auto name = file.path().filename().string();
    const auto dot = name.find(".expected.json");
    if (dot == std::string::npos) continue;
    const auto expected = parse_json(content_of(file.path()));
    const auto reading =
        read_request(account, content_of(file.path().parent_path() / (name.substr(0, dot) + ".json")));
    for (const auto& one : expected.as_array()) {
      if (text_at(one, {"ExpectedURN"}).empty()) continue;
      ASSERT_TRUE(reading.ok()) << name;
      ASSERT_FALSE(reading->items.empty()) << name;
      const auto* said = std::get_if<Said>(&reading->items[0].what);
      ASSERT_TRUE(said) << name;
      compare(*said, one, name);
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(OfCourier, Samples,
                         ::testing::Values(Recorded{"courier-telegram", "telegram", ""},
                                           Recorded{"courier-facebook", "messenger", "1234567890"},
                                           Recorded{"courier-instagram", "instagram", "1234567890"},
                                           Recorded{"courier-whatsapp", "whatsapp", "1234567890"},
                                           Recorded{"courier-viber", "viber", ""},
                                           Recorded{"courier-vk", "vk", "1"}),
                         [](const auto& info) { return std::string{info.param.network}; });

/// Without expected values: each must be taken, and only an event that is no message may remain unplaced.
TEST(RecordedPayloads, AreAllReadWithoutAnError) {
  if (samples().empty()) GTEST_SKIP() << "HARK_SAMPLES is not set";
  for (const auto& [folder, network] :
       {std::pair{"pywa-whatsapp", "whatsapp"}, {"chatwoot-fork-instagram", "instagram"}}) {
    const Account account{"bot", network, "1", "token", "secret", "verify", "https://api.test", false};
    for (const auto& file : fs::directory_iterator{fs::path{samples()} / folder}) {
      const auto reading = read_request(account, content_of(file.path()));
      ASSERT_TRUE(reading.ok()) << file.path();
      EXPECT_FALSE(reading->items.empty()) << file.path();
      const bool is_message = file.path().filename().string().starts_with("message.");
      for (const auto& item : reading->items) {
        const auto* unplaced = std::get_if<Unplaced>(&item.what);
        const bool report = unplaced && unplaced->reason.starts_with("WhatsApp reports");
        EXPECT_FALSE(is_message && unplaced && !report)
            << file.path() << ": " << (unplaced ? unplaced->reason : "");
      }
    }
  }
}

}  // namespace
}  // namespace hark::social
