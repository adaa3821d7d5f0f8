#include "routing/core/decision.h"

#include <string_view>

namespace hark::routing {
namespace {

/// FNV-1a, 64 bits. Texts go in with their length, so that no two lists of fields read alike.
class Digest {
 public:
  explicit Digest(bool words) : words_{words} {}

  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(number >> shift));
  }
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) byte(static_cast<unsigned char>(c));
  }
  /// For people.
  void say(std::string_view text) {
    if (words_) add(text);
  }
  void add(TimePoint time) { add(static_cast<std::uint64_t>(to_ms(time))); }

  void operator()(const OfferMade& e) {
    const Offer& o = e.offer;
    add(o.id), add(o.ticket_id), add(o.agent_id), add(static_cast<std::uint64_t>(o.units));
    add(o.offered_at), add(o.expires_at), say(o.explanation), add(o.version);
    add(static_cast<std::uint64_t>(o.auto_answer));
  }
  void operator()(const OfferEnded& e) {
    add(e.offer_id), add(e.ticket_id), add(e.agent_id), add(static_cast<std::uint64_t>(e.how)), say(e.why);
  }
  void operator()(const AssignTicket& e) { add(e.offer_id), add(e.ticket_id), add(e.agent_id); }
  void operator()(const ReturnTicket& e) {
    add(e.ticket_id), add(e.agent_id), add(static_cast<std::uint64_t>(e.assignment_token)), say(e.why);
  }
  void operator()(const PresenceSet& e) {
    add(e.agent_id), add(static_cast<std::uint64_t>(e.presence)), say(e.why);
  }
  void operator()(const AgentChanged& e) {
    add(e.agent_id), add(static_cast<std::uint64_t>(e.presence));
    add(static_cast<std::uint64_t>(e.used_units)), add(static_cast<std::uint64_t>(e.connections));
  }
  void operator()(const AcceptRepeated& e) {
    add(e.offer_id), add(e.ticket_id), add(e.agent_id), add(static_cast<std::uint64_t>(e.assignment_token));
  }
  void operator()(const Refused& e) { add(static_cast<std::uint64_t>(e.reason)), say(e.message); }
  void operator()(const WrapUpSet& e) {
    add(e.agent_id), add(static_cast<std::uint64_t>(e.until.has_value()));
    add(e.until.value_or(TimePoint{}));
    if (e.forced) add(std::uint64_t{1});  // journals of before have no word of it
  }
  void operator()(const ChannelsSet& e) { add(e.agent_id), add(std::uint64_t{e.channels}); }
  void operator()(const EndHold& e) { add(e.ticket_id), add(e.until); }
  void operator()(const TicketMoved& e) {
    add(e.ticket_id), add(e.from_queue_id), add(e.to_queue_id), say(e.why);
  }
  void operator()(const TicketSentOn& e) {
    add(e.ticket_id), add(e.to_queue_id), say(e.why);
    for (const std::string& left : e.queues_left) add(left);
  }
  void operator()(const DeclinesForgotten& e) { add(e.ticket_id); }
  void operator()(const QueuesPaused& e) {
    add(e.agent_id);
    for (const std::string& id : e.queue_ids) add(id);
  }

  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  void byte(unsigned char b) { state_ = (state_ ^ b) * 0x100000001B3U; }
  bool words_;
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

std::string at(TimePoint time) { return std::to_string(to_ms(time)); }

struct Line {
  std::string operator()(const OfferMade& e) const {
    const Offer& o = e.offer;
    return "offer " + o.id + ": " + o.ticket_id + " to " + o.agent_id + ", " + std::to_string(o.units) +
           " units, from " + at(o.offered_at) + " until " + at(o.expires_at) + ", version " + o.version +
           (o.auto_answer ? ", answered by itself" : "") + ": " + o.explanation;
  }
  std::string operator()(const OfferEnded& e) const {
    return "offer " + e.offer_id + " of " + e.ticket_id + " to " + e.agent_id + " " +
           std::string{name_of(e.how)} + ": " + e.why;
  }
  std::string operator()(const AssignTicket& e) const {
    return "assign " + e.ticket_id + " to " + e.agent_id + " by offer " + e.offer_id;
  }
  std::string operator()(const ReturnTicket& e) const {
    return "return " + e.ticket_id + " from " + e.agent_id + " (" + std::to_string(e.assignment_token) +
           "): " + e.why;
  }
  std::string operator()(const PresenceSet& e) const {
    return e.agent_id + " is " + std::string{name_of(e.presence)} + ": " + e.why;
  }
  std::string operator()(const AgentChanged& e) const {
    return e.agent_id + " shows " + std::string{name_of(e.presence)} + ", " + std::to_string(e.used_units) +
           " units, " + std::to_string(e.connections) + " sessions";
  }
  std::string operator()(const AcceptRepeated& e) const {
    return "offer " + e.offer_id + " was accepted by " + e.agent_id + " before";
  }
  std::string operator()(const Refused& e) const {
    return "refused, " + std::string{name_of(e.reason)} + ": " + e.message;
  }
  std::string operator()(const WrapUpSet& e) const {
    return e.agent_id + (e.until ? " wraps up until " + at(*e.until) : " has wrapped up") +
           (e.forced ? ", like it or not" : "");
  }
  std::string operator()(const ChannelsSet& e) const {
    std::string text = e.agent_id + " takes";
    for (std::size_t channel = 1; channel < kChannels; ++channel) {
      if (((e.channels >> channel) & 1) != 0) (text += " ") += name_of(static_cast<Channel>(channel));
    }
    return text;
  }
  std::string operator()(const EndHold& e) const {
    return e.ticket_id + " comes off its hold until " + at(e.until);
  }
  std::string operator()(const TicketMoved& e) const {
    return e.ticket_id + " moves from '" + e.from_queue_id + "' to '" + e.to_queue_id + "': " + e.why;
  }
  std::string operator()(const TicketSentOn& e) const {
    return e.ticket_id + " leaves for " +
           (e.to_queue_id.empty() ? "the shard of its queue" : "'" + e.to_queue_id + "' of another shard") +
           ": " + e.why;
  }
  std::string operator()(const DeclinesForgotten& e) const {
    return "who declined " + e.ticket_id + " may be asked again";
  }
  std::string operator()(const QueuesPaused& e) const {
    std::string text =
        e.agent_id + (e.queue_ids.empty() ? " is offered everything again" : " is offered nothing of");
    for (const std::string& id : e.queue_ids) text += " '" + id + "'";
    return text;
  }
};

}  // namespace

namespace {

std::uint64_t digest_of(const std::vector<Effect>& effects, bool words) {
  if (effects.empty()) return 0;
  Digest out{words};
  for (const Effect& effect : effects) {
    out.add(static_cast<std::uint64_t>(effect.index()));
    std::visit(out, effect);
  }
  return out.value();
}

}  // namespace

std::uint64_t digest(const std::vector<Effect>& effects) { return digest_of(effects, true); }
std::uint64_t digest_without_words(const std::vector<Effect>& effects) { return digest_of(effects, false); }

std::string describe(const Effect& effect) { return std::visit(Line{}, effect); }

}  // namespace hark::routing
