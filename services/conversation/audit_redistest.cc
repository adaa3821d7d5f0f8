#include <gmock/gmock.h>

#include "base/core/digest.h"
#include "conversation/redis/keys.h"
#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A store from which something is taken behind Hark's back.
class AuditTest : public ConversationsTest {
 protected:
  AuditTest() { store_is_broken_ = true; }

  void command(std::vector<std::string_view> words) { ASSERT_TRUE(run(client().command("", words)).ok()); }
  std::vector<std::string> findings() {
    const auto report = run(audit(client(), store_, "/nowhere"));
    std::vector<std::string> out;
    for (const auto& finding : report->findings) out.push_back(finding.where + ": " + finding.what);
    return out;
  }
  std::string key(std::string_view kind, std::string_view id = {}) {
    return keys::in(*partition_of(in_.conversation_id()), kind, id);
  }

  v1::AcceptResponse in_{accept(mail("m1"))};
};

TEST_F(AuditTest, FindsATicketThatIsOpenButInNoIndex) {
  EXPECT_THAT(findings(), IsEmpty());
  command({"ZREM", key("open"), in_.ticket_id()});
  EXPECT_THAT(findings(), Contains(HasSubstr("nobody is offered it")));
}

TEST_F(AuditTest, FindsATicketThatItsHolderWouldNotBeShown) {
  assign(in_.ticket_id(), "ana", 1, "take");
  EXPECT_THAT(findings(), IsEmpty());
  command({"SREM", key("held", "ana"), in_.ticket_id()});
  EXPECT_THAT(findings(), Contains(HasSubstr("what its holder ana has")));
}

TEST_F(AuditTest, FindsAConversationWhoseLogIsLost) {
  command({"DEL", key("ev"), key("evpos")});
  EXPECT_THAT(findings(), Contains(in_.conversation_id() + ": is there, and the log tells nothing of it"));
}

TEST_F(AuditTest, FindsThatQuarantinedInputIsLost) {
  v1::Quarantine input;
  input.set_native_id("q1");
  input.set_account_id("support");
  input.set_reason("no mail");
  ASSERT_TRUE(run(service_->quarantine(input)).ok());
  EXPECT_THAT(findings(), IsEmpty());
  for (std::uint16_t p = 0; p < store_.partitions(); ++p) command({"DEL", keys::in(p, "qua")});
  EXPECT_THAT(findings(), Contains(HasSubstr("quarantined inputs, 0 are there")));
}

TEST_F(AuditTest, FindsContentThatWasAltered) {
  auto message = mail("m2");
  const std::string content = "as it came";
  auto& blob = *message.add_blobs();
  blob.set_id(sha256_hex(content));
  blob.set_content(content);
  auto& raw = *message.mutable_raw();
  raw.set_id(blob.id());
  raw.set_size_bytes(static_cast<std::int64_t>(content.size()));
  raw.set_inlined(true);
  accept(message);
  EXPECT_THAT(findings(), IsEmpty());
  command({"SET", key("blob", blob.id()), "as it goes"});
  EXPECT_THAT(findings(), Contains(HasSubstr("its content was altered")));
}

}  // namespace
}  // namespace hark::conversation
