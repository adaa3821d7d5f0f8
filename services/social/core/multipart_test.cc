#include "social/core/multipart.h"

#include <gmock/gmock.h>

#include <array>

namespace hark::social {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Multipart, FieldsAndFilesComeAsBrowsersSendThem) {
  Call call;
  const std::array parts{FormPart{"chat_id", "35"},
                         file_part("photo", {"b\"x\r\n.png", "image/png", 3, std::string{"\0\r\n", 3}})};
  set_form(call, parts);
  ASSERT_THAT(call.content_type, StartsWith("multipart/form-data; boundary=hark-"));
  const auto boundary = call.content_type.substr(call.content_type.find('=') + 1);
  const std::string bytes{"\0\r\n", 3};
  const auto expected = "--" + boundary +
                        "\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n35\r\n--" + boundary +
                        "\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"b%22x%0D%0A.png\"\r\n"
                        "Content-Type: image/png\r\n\r\n" +
                        bytes + "\r\n--" + boundary + "--\r\n";
  EXPECT_EQ(call.body, expected);
}

TEST(Multipart, TheBoundaryIsInNoneOfTheParts) {
  Call first;
  const std::array parts{FormPart{"a", "x"}};
  set_form(first, parts);
  const auto boundary = first.content_type.substr(first.content_type.find('=') + 1);
  Call second;
  const std::array holding{FormPart{"a", "--" + boundary}};
  set_form(second, holding);
  EXPECT_THAT(second.content_type, Not(HasSubstr(boundary)));
}

}  // namespace
}  // namespace hark::social
