#include "base/web/json_read.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "hark/v1/chat.pb.h"
#include "hark/v1/console.pb.h"

namespace hark::web {
namespace {

using google::protobuf::util::MessageDifferencer;

template <class Message>
void expect_read_alike(std::string_view json) {
  Message ours;
  Message theirs;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &theirs).ok()) << json;
  ASSERT_TRUE(read_plain_json(json, ours)) << json;
  EXPECT_TRUE(MessageDifferencer::Equals(ours, theirs)) << json;
}

template <class Message>
void expect_left_to_protobuf(std::string_view json) {
  Message message;
  EXPECT_FALSE(read_plain_json(json, message)) << json;
}

TEST(JsonRead, ReadsWhatPagesSayAsProtobufDoes) {
  expect_read_alike<v1::ChatRequest>(
      R"({"write":{"clientId":"m1","text":"Kur ir mana paka? \u0101\n\"x\""}})");
  expect_read_alike<v1::ChatRequest>(
      R"({ "write": {"client_id": "m1", "files": [{"sizeBytes": "12"}, {"sizeBytes": 13}]} })");
  expect_read_alike<v1::ChatRequest>(R"({"seen":{"delivered":"9007199254740993","read":4}})");
  expect_read_alike<v1::ChatRequest>(R"({"typing":{"active":true}})");
  expect_read_alike<v1::ChatRequest>(R"({"ping":{}})");
  expect_read_alike<v1::ChatRequest>("{}");
  expect_read_alike<v1::ConsoleRequest>(R"({"requestId":"7","setPresence":{"presence":"PRESENCE_AWAY"}})");
  expect_read_alike<v1::ConsoleRequest>(
      R"({"requestId":8,"command":{"addNote":{"idempotencyKey":"k","conversationId":"c","text":"hm","mentions":["ana","bob"]}}})");
}

TEST(JsonRead, LeavesEverythingElseToProtobuf) {
  for (const auto* json : {
           "", "{", "[]", "7", "null", R"({"write":{"text":"a"}} x)",  // no object
           R"({"nothing":1})", R"({"write":{"nothing":1}})",           // unknown fields
           R"({"write":{"text":7}})", R"({"write":[]})",               // other types
           R"({"write":null})", R"({"seen":{"read":1.5}})",            // forms that need care
           R"({"seen":{"read":"12x"}})", R"({"seen":{"read":99999999999999999999}})",
           R"({"write":{"clientId":"a","client_id":"b"}})",  // one field by both names
           R"({"ping":{},"typing":{"active":true}})",        // two of which one may be there
           "{\"write\":{\"text\":\"\xff\"}}",                // no UTF-8
       }) {
    expect_left_to_protobuf<v1::ChatRequest>(json);
  }
  expect_left_to_protobuf<v1::ConsoleRequest>(R"({"setPresence":{"presence":"PRESENCE_ASLEEP"}})");
  expect_left_to_protobuf<v1::ChatRequest>(std::string(100'000, '['));
}

}  // namespace
}  // namespace hark::web
