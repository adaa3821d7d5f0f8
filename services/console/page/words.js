// How things are said to people.

const CHANNELS = {CHANNEL_EMAIL: "e-mail", CHANNEL_CHAT: "chat", CHANNEL_SOCIAL: "social", CHANNEL_PHONE: "phone"};
const DELIVERY = {
  DELIVERY_STATE_QUEUED: "waiting to go out", DELIVERY_STATE_SENT: "sent", DELIVERY_STATE_DELIVERED: "delivered",
  DELIVERY_STATE_READ: "read", DELIVERY_STATE_FAILED: "not sent", DELIVERY_STATE_BOUNCED: "bounced",
  DELIVERY_STATE_UNKNOWN: "may have been sent",
};
const OBLIGATION = {
  OBLIGATION_STATE_OPEN: "awaits an answer", OBLIGATION_STATE_ANSWERED: "answered", OBLIGATION_STATE_WAIVED: "needs no answer",
};
const TICKET = {TICKET_STATE_QUEUED: "in the queue", TICKET_STATE_ASSIGNED: "assigned", TICKET_STATE_RESOLVED: "resolved"};
const CHANGES = {
  CHANGE_ASSIGNED: "took the ticket", CHANGE_TRANSFERRED: "sent the ticket back to the queue",
  CHANGE_RETURNED: "The ticket went back to the queue", CHANGE_RESOLVED: "resolved the ticket",
  CHANGE_REOPENED: "reopened the ticket", CHANGE_WAIVED: "marked a message as needing no answer",
};

export const channelName = (channel) => CHANNELS[channel] || "unknown channel";
export const deliveryName = (state) => DELIVERY[state] || "";
export const obligationName = (state) => OBLIGATION[state] || "";
export const ticketStateName = (state) => TICKET[state] || "";
export const isTrouble = (state) =>
  ["DELIVERY_STATE_FAILED", "DELIVERY_STATE_BOUNCED", "DELIVERY_STATE_UNKNOWN"].includes(state);

/** "mailto:ana@x.lv" is shown as "ana@x.lv", a phone number as itself, other networks with their name. */
export function addressText(address = "") {
  const colon = address.indexOf(":");
  const scheme = address.slice(0, colon);
  const rest = address.slice(colon + 1);
  if (scheme === "mailto" || scheme === "tel") return rest;
  if (scheme === "chat") return "chat visitor";
  return colon > 0 ? `${scheme} ${rest.split(":").pop()}` : address;
}

export function personText(participant = {}) {
  const address = addressText(participant.address);
  return participant.name && participant.name !== address ? `${participant.name} <${address}>` : address;
}

export const customerText = (conversation) =>
  conversation.customerName || addressText(conversation.addresses?.[0]?.address) || "Unknown customer";

export function statusText(entry, agentName) {
  const change = entry.status?.change;
  const who = entry.agentId ? agentName(entry.agentId) : "";
  const about = entry.status?.agentId && entry.status.agentId !== entry.agentId ? agentName(entry.status.agentId) : "";
  let text;
  if (change === "CHANGE_ASSIGNED") text = `${about || who || "Someone"} took the ticket`;
  else if (change === "CHANGE_RETURNED") text = `${CHANGES[change]}${about ? ` from ${about}` : ""}`;
  else if (entry.kind === "ENTRY_KIND_CHANNEL_SWITCH") text = `${who || "Someone"} answered on another channel`;
  else text = `${who || "The system"} ${CHANGES[change] || "changed the ticket"}`;
  return entry.reason ? `${text}: ${entry.reason}` : text;
}

const sameDay = (a, b) => a.toDateString() === b.toDateString();
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const dayAndClock = new Intl.DateTimeFormat(undefined, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"});
const full = new Intl.DateTimeFormat(undefined, {dateStyle: "full", timeStyle: "long"});

export function timeText(ms, nowMs) {
  const at = new Date(Number(ms));
  return sameDay(at, new Date(nowMs)) ? clock.format(at) : dayAndClock.format(at);
}
export const fullTimeText = (ms) => full.format(new Date(Number(ms)));

export function waitText(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function sizeText(bytes) {
  const size = Number(bytes || 0);
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${Math.round(size / 1024)} KB`;
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}

/** What a refusal means for the person who did it; the server's own words otherwise. */
export function refusalText(error) {
  switch (error.reason) {
    case "NEWER_ENTRIES": return "The customer wrote again while you were writing. The new message is on the timeline: read it, then send your reply again.";
    case "STALE_ASSIGNMENT":
    case "NOT_ASSIGNED": return "This ticket is no longer yours, so nothing was sent. Your draft is kept.";
    case "OFFER_EXPIRED": return "This offer has run out; it went on to somebody else.";
    case "OFFER_NOT_FOUND": return "This offer is gone; somebody else has it, or the customer was helped already.";
    case "OBLIGATIONS_OPEN": return "Some messages are not answered yet. Answer them, or say why they need no answer.";
    case "OVERLOADED": return `The server is busy. ${error.message}`;
    case "STORE_UNAVAILABLE": return "The server cannot reach its store, and nothing happened. Try again in a moment.";
    case "LOST": return "The connection was lost before an answer came.";
    default: return error.message || error.reason || "Something went wrong.";
  }
}
