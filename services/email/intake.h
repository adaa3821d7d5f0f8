#pragma once

#include <boost/asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "base/async/task_group.h"
#include "base/channel/channel_client.h"
#include "base/metrics/metrics.h"
#include "email/core/lmtp_session.h"
#include "email/core/threading.h"
#include "email/settings.h"
#include "hark/v1/message.pb.h"

namespace hark::email {

/// Contents up to this ride with the message into the customer's partition; larger ones become blobs first.
constexpr std::size_t kInlineBytesMax = 192U << 10;  // together, per mail
/// Mails larger than this are parsed off the service's thread, so that one cannot hold up the others.
constexpr std::size_t kParseInPlaceBytesMax = 256U << 10;
/// Text and HTML kept in the entry; what is longer is in the raw mail, and a remark says so.
constexpr std::size_t kEntryTextBytesMax = 512U << 10;

/// Turns mails into what conversation accepts: taken apart, judged, trimmed, threaded. Nothing is lost: what
/// cannot be read is quarantined with its bytes, and only then acknowledged.
class Intake {
 public:
  Intake(ChannelClient& channel, const Settings& settings, Metrics& metrics);
  ~Intake() { pool_.join(); }

  /// One outcome per recipient of the envelope: 250 only when it is durable; 451 when it is not known to be;
  /// 5yz never for a mail's contents.
  Task<std::vector<DeliveryOutcome>> take(LmtpDelivery delivery);

  /// For the server: is this recipient one of ours?
  [[nodiscard]] RecipientAnswer knows(std::string_view recipient) const;

 private:
  Task<Status> take_for(const Mail& mail, const Envelope& envelope, std::string_view raw,
                        const MailAccount& account);
  Task<Status> accept(const Mail& mail, const Envelope& envelope, std::string_view raw,
                      const MailAccount& account, v1::InboundMessage::Kind kind);
  Task<Status> report(const Mail& mail, const Envelope& envelope, std::string_view raw,
                      const MailAccount& account, const struct Verdict& verdict);
  Task<Status> set_aside(std::string_view raw, std::string native_id, const MailAccount& account,
                         std::string reason);
  Task<Result<v1::BlobRef>> keep(std::string_view content, std::size_t& room,
                                 google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs);

  Counter taken(std::string_view outcome);

  ChannelClient& channel_;
  const Settings& settings_;
  Metrics& metrics_;
  Counter accepted_, known_, bounced_, delivery_notices_, quarantined_;
  asio::thread_pool pool_{1};
};

}  // namespace hark::email
