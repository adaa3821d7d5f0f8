#include "base/web/json_write.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <random>

#include "hark/v1/channel_service.pb.h"
#include "hark/v1/config.pb.h"
#include "hark/v1/console.pb.h"
#include "hark/v1/event_service.pb.h"

namespace hark::web {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string by_protobuf(const Message& message) {
  std::string out;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &out).ok());
  return out;
}

/// Every field of every message below it, with values that need care.
class Filler {
 public:
  void fill(Message& message, int depth) {
    const auto& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const auto& field = *descriptor.field(i);
      if (field.is_map()) continue;  // their order is nobody's
      const int times = field.is_repeated() ? 2 : 1;
      for (int n = 0; n < times; ++n) set(message, field, depth);
    }
  }

 private:
  void set(Message& message, const FieldDescriptor& field, int depth) {
    const auto& reflection = *message.GetReflection();
    const bool many = field.is_repeated();
    const auto number = static_cast<std::int64_t>(random_());
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == 0) return;
        return fill(
            *(many ? reflection.AddMessage(&message, &field) : reflection.MutableMessage(&message, &field)),
            depth - 1);
      case FieldDescriptor::CPPTYPE_STRING:
        return many ? reflection.AddString(&message, &field, text())
                    : reflection.SetString(&message, &field, text());
      case FieldDescriptor::CPPTYPE_ENUM:
        return many ? reflection.AddEnumValue(&message, &field, static_cast<int>(number % 4))
                    : reflection.SetEnumValue(&message, &field, static_cast<int>(number % 4));
      case FieldDescriptor::CPPTYPE_BOOL:
        return many ? reflection.AddBool(&message, &field, true)
                    : reflection.SetBool(&message, &field, number % 2 == 0);
      case FieldDescriptor::CPPTYPE_INT32:
        return many ? reflection.AddInt32(&message, &field, static_cast<int>(number))
                    : reflection.SetInt32(&message, &field, static_cast<int>(number));
      case FieldDescriptor::CPPTYPE_INT64:
        return many ? reflection.AddInt64(&message, &field, number)
                    : reflection.SetInt64(&message, &field, number);
      default:
        return;
    }
  }

  std::string text() {
    constexpr const char* kTexts[] = {"",
                                      "plain",
                                      "\"\\/\b\f\n\r\t",
                                      "<script>&'</script>",
                                      "\x01\x1f\x7f",
                                      "\xC4\x93 \xF0\x9F\x98\x80 \xE2\x80\xA8\xE2\x80\xA9"};
    return kTexts[random_() % std::size(kTexts)];
  }

  std::mt19937_64 random_{4711};
};

TEST(ToJson, SaysWhatProtobufItselfSaysOfEveryFieldOfTheContracts) {
  Filler filler;
  for (int round = 0; round < 200; ++round) {
    v1::ConsoleResponse frame;
    v1::ConsoleRequest asked;
    v1::ConnectRequest up;
    v1::Config config;
    for (Message* message : std::initializer_list<Message*>{&frame, &asked, &up, &config}) {
      filler.fill(*message, 4);
      ASSERT_EQ(to_json(*message), by_protobuf(*message));
    }
  }
}

TEST(ToJson, WritesMapsByKey) {
  v1::SubscribeRequest request;
  (*request.mutable_after()->mutable_positions())[7] = 9;
  EXPECT_EQ(to_json(request), by_protobuf(request));
}

TEST(ToJson, WritesAnEmptyMessageAsAnEmptyObject) { EXPECT_EQ(to_json(v1::ConsoleResponse{}), "{}"); }

}  // namespace
}  // namespace hark::web
