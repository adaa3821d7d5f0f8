#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/testing/redis_fixture.h"
#include "conversation/audit/audit.h"
#include "conversation/service.h"

namespace hark::conversation {

/// The service over a real Redis, with a clock that the test moves.
class ConversationsTest : public hark::testing::RedisTest {
 protected:
  explicit ConversationsTest(std::chrono::days reopen_within = {}) : reopen_within_{reopen_within} {
    start_service();
  }

  /// Also again: as a process that has just been started and remembers nothing.
  void start_service() {
    Conversations::Settings settings;
    settings.accounts.emplace("support", OwnAccount{v1::CHANNEL_EMAIL, "Support", reopen_within_});
    settings.accounts.emplace("sales", OwnAccount{v1::CHANNEL_EMAIL, "Sales"});
    settings.accounts.emplace("site", OwnAccount{v1::CHANNEL_CHAT, "Site", reopen_within_});
    settings.accounts.emplace("line", OwnAccount{v1::CHANNEL_PHONE, "Our number"});
    settings.accounts.emplace("number", OwnAccount{v1::CHANNEL_SOCIAL, "Our number"});
    for (const auto& gone : gone_accounts_) settings.accounts.erase(gone);
    service_.emplace(store_, clock_, ThreadTokens{"a secret of sixteen bytes"}, std::move(settings),
                     metrics_);
  }

  ~ConversationsTest() override {
    // Whatever a test did, the promises hold, unless it broke the store itself.
    if (store_is_broken_) return;
    const auto report = run(audit(client(), store_, "/nowhere"));
    if (!report.ok()) {
      ADD_FAILURE() << report.error().message;
      return;
    }
    for (const auto& finding : report->findings)
      ADD_FAILURE() << finding.promise << " " << finding.where << " " << finding.what;
  }

  static v1::InboundMessage mail(const std::string& id, const std::string& from = "ana@x.lv") {
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_EMAIL);
    message.set_account_id("support");
    message.set_native_id(id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address("mailto:" + from);
    message.mutable_content()->set_subject("Kettle");
    message.mutable_content()->set_text("It is broken (" + id + ")");
    message.mutable_thread()->set_own_reference(id + "@x.lv");
    return message;
  }

  static v1::InboundMessage chat(const std::string& visitor, const std::string& client_id = "c1") {
    const auto address = "chat:site:" + visitor;
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_CHAT);
    message.set_account_id("site");
    message.set_native_id(address + ":" + client_id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address(address);
    message.mutable_sender()->set_name("Ana");
    message.mutable_content()->set_text("Hello");
    message.mutable_thread()->set_own_reference(address);
    message.mutable_thread()->add_references(address);
    return message;
  }
  static v1::InboundMessage claiming(v1::InboundMessage message, const std::string& address, bool verified) {
    auto& claim = *message.add_claims();
    claim.set_address(address);
    claim.set_verified(verified);
    claim.set_why(verified ? "signed by the site" : "typed by the visitor");
    return message;
  }

  v1::AcceptResponse accept(v1::InboundMessage message) {
    auto accepted = run(service_->accept(std::move(message)));
    EXPECT_TRUE(accepted.ok()) << (accepted.ok() ? "" : accepted.error().message);
    return accepted.ok() ? *accepted : v1::AcceptResponse{};
  }
  v1::ReplyRequest answer(const std::string& entry_id, const std::string& key = "k1") {
    v1::ReplyRequest request;
    request.set_idempotency_key(key);
    request.set_entry_id(entry_id);
    request.set_text("We send a new one.");
    return request;
  }
  v1::Ticket assign(const std::string& ticket, const std::string& agent, std::int64_t fence,
                    const std::string& key, const std::string& by = {}) {
    v1::AssignRequest request;
    request.set_by_agent_id(by);
    request.set_idempotency_key(key);
    request.set_ticket_id(ticket);
    request.set_agent_id(agent);
    request.set_fencing_token(fence);
    const auto assigned = run(service_->assign(request));
    EXPECT_TRUE(assigned.ok()) << (assigned.ok() ? "" : assigned.error().message);
    return assigned.ok() ? assigned->ticket() : v1::Ticket{};
  }
  v1::Conversation conversation(const std::string& id) {
    v1::GetConversationRequest request;
    request.set_id(id);
    return run(service_->get_conversation(request))->conversation();
  }
  std::vector<v1::Entry> timeline(const std::string& id) {
    v1::ListTimelineRequest request;
    request.set_conversation_id(id);
    const auto page = run(service_->list_timeline(request));
    return {page->entries().begin(), page->entries().end()};
  }

  bool store_is_broken_ = false;
  Metrics metrics_;
  ManualClock clock_{from_ms(1'700'000'000'000)};
  Store store_{client(), 8};
  std::chrono::days reopen_within_;         // of new services' accounts
  std::vector<std::string> gone_accounts_;  // which new services do not have
  std::optional<Conversations> service_;
};

/// Replies, leases what went into the outbox and returns it.
class OutboxTest : public ConversationsTest {
 protected:
  OutboxTest() : in_{accept(mail("m1"))} {
    const auto reply = run(service_->reply(answer(in_.entry_id())));
    HARK_CHECK(reply.ok());
    reply_id_ = reply->entry().id();
  }
  std::vector<v1::OutboundMessage> lease(const std::string& lease_id) {
    std::vector<v1::OutboundMessage> out;
    for (std::uint16_t p = 0; p < 8; ++p) {
      const auto leases = run(
          store_.lease(clock_.now(), p, "support", clock_.now() + std::chrono::seconds{60}, lease_id, 10));
      for (const auto& message : leases->messages) out.emplace_back().ParseFromString(message.message_bytes);
    }
    return out;
  }
  Status report(const std::string& lease_id, v1::DeliveryState state, const std::string& detail = "") {
    v1::Receipt receipt;
    receipt.set_lease_id(lease_id);
    receipt.set_entry_id(reply_id_);
    receipt.set_state(state);
    receipt.set_detail(detail);
    receipt.set_retry_at_ms(to_ms(clock_.now()) + 60'000);
    return run(service_->receive_receipt(receipt));
  }
  v1::Entry reply() { return timeline(in_.conversation_id())[1]; }

  v1::AcceptResponse in_;
  std::string reply_id_;
};

}  // namespace hark::conversation
