// How addresses, people, times and sizes are written.
import type {CallState, Channel, Conversation, DeliveryState, NoEstimate, ObligationState, Participant, Presence, TicketState} from "hark/v1";
import type {Refusal, RefusalReason} from "./link.js";
import {language, t, type WordKey} from "./words/words.js";

const CHANNELS: Record<Channel, WordKey> = {
  CHANNEL_UNSPECIFIED: "channelUnknown", CHANNEL_EMAIL: "channelEmail", CHANNEL_CHAT: "channelChat", CHANNEL_SOCIAL: "channelSocial",
  CHANNEL_PHONE: "channelPhone",
};
const DELIVERY: Record<DeliveryState, WordKey | null> = {
  DELIVERY_STATE_UNSPECIFIED: null, DELIVERY_STATE_QUEUED: "deliveryQueued", DELIVERY_STATE_SENT: "deliverySent",
  DELIVERY_STATE_DELIVERED: "deliveryDelivered", DELIVERY_STATE_READ: "deliveryRead", DELIVERY_STATE_FAILED: "deliveryFailed",
  DELIVERY_STATE_BOUNCED: "deliveryBounced", DELIVERY_STATE_UNKNOWN: "deliveryUnknown", DELIVERY_STATE_WITHDRAWN: "deliveryWithdrawn",
};
const CALL: Record<CallState, WordKey | null> = {
  CALL_STATE_UNSPECIFIED: null, CALL_STATE_RINGING: "callRinging", CALL_STATE_QUEUED: "callQueued", CALL_STATE_OFFERED: "callOffered",
  CALL_STATE_ANSWERED: "callAnswered", CALL_STATE_HELD: "callHeld", CALL_STATE_ENDED: "callEnded", CALL_STATE_ABANDONED: "callAbandoned",
  CALL_STATE_VOICEMAIL: "callVoicemail", CALL_STATE_DIALING: "callDialing", CALL_STATE_UNANSWERED: "callUnanswered",
};
const OBLIGATION: Record<ObligationState, WordKey | null> = {
  OBLIGATION_STATE_UNSPECIFIED: null, OBLIGATION_STATE_OPEN: "owed", OBLIGATION_STATE_ANSWERED: "answered", OBLIGATION_STATE_WAIVED: "waived",
};
const TICKET: Record<TicketState, WordKey> = {
  TICKET_STATE_UNSPECIFIED: "noTicket", TICKET_STATE_QUEUED: "ticketQueued", TICKET_STATE_ASSIGNED: "ticketAssigned",
  TICKET_STATE_RESOLVED: "ticketResolved",
};
const PRESENCE: Record<Presence, WordKey> = {
  PRESENCE_UNSPECIFIED: "offline", PRESENCE_OFFLINE: "offline", PRESENCE_AVAILABLE: "available", PRESENCE_AWAY: "away",
};

const say = (key: WordKey | null | undefined): string => (key ? t(key) : "");
export const channelName = (channel: Channel | undefined): string => t(CHANNELS[channel ?? "CHANNEL_UNSPECIFIED"] ?? "channelUnknown");
export const deliveryName = (state: DeliveryState | undefined): string => say(state && DELIVERY[state]);
export const callStateName = (state: CallState | undefined): string => say(state && CALL[state]);
export const obligationName = (state: ObligationState | undefined): string => say(state && OBLIGATION[state]);
export const ticketStateName = (state: TicketState | undefined): string => t(TICKET[state ?? "TICKET_STATE_UNSPECIFIED"]);
export const presenceName = (presence: Presence | undefined): string => t(PRESENCE[presence ?? "PRESENCE_OFFLINE"]);
export const isTrouble = (state: DeliveryState | undefined): boolean =>
  state === "DELIVERY_STATE_FAILED" || state === "DELIVERY_STATE_BOUNCED" || state === "DELIVERY_STATE_UNKNOWN";

/** "mailto:ana@x.lv" is shown as "ana@x.lv", a phone number as itself, other networks with their name. */
export function addressText(address = ""): string {
  const colon = address.indexOf(":");
  const scheme = address.slice(0, colon);
  const rest = address.slice(colon + 1);
  if (scheme === "mailto" || scheme === "tel") return rest;
  if (scheme === "chat") return t("chatVisitor");
  return colon > 0 ? `${scheme} ${rest.split(":").at(-1)}` : address;
}

export function personText(participant: Participant = {}): string {
  const address = addressText(participant.address);
  return participant.name && participant.name !== address ? `${participant.name} <${address}>` : address;
}

/** Whoever a ticket is from. */
export const senderName = (sender: Participant | undefined): string => sender?.name || personText(sender) || t("aCustomer");

export const customerText = (conversation: Conversation | undefined): string =>
  conversation?.customerName || addressText(conversation?.addresses?.[0]?.address) || t("unknownCustomer");

// Formats are costly to make: one of each kind for the language in use.
let madeFor = "";
let formats: Record<"clock" | "day" | "dayAndYear" | "dayAndClock" | "full", Intl.DateTimeFormat>;
function format(kind: keyof typeof formats, ms: number): string {
  if (madeFor !== language()) {
    madeFor = language();
    const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(madeFor === "en" ? "en-GB" : madeFor, options);
    formats = {
      clock: make({hour: "2-digit", minute: "2-digit"}), day: make({weekday: "long", day: "numeric", month: "long"}),
      dayAndYear: make({day: "numeric", month: "long", year: "numeric"}),
      dayAndClock: make({day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"}), full: make({dateStyle: "full", timeStyle: "medium"}),
    };
  }
  return formats[kind].format(ms);
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();
export const timeText = (ms: string | number | undefined, now: number): string =>
  sameDay(Number(ms), now) ? format("clock", Number(ms)) : format("dayAndClock", Number(ms));
export const clockText = (ms: string | number | undefined): string => format("clock", Number(ms));
export const fullTimeText = (ms: string | number | undefined): string => format("full", Number(ms));
export const dayText = (ms: string | number | undefined, now: number): string =>
  now - Number(ms) < 180 * 24 * 3600_000 ? format("day", Number(ms)) : format("dayAndYear", Number(ms));
export const isSameDay = (a: string | number | undefined, b: string | number | undefined): boolean => sameDay(Number(a), Number(b));

export function waitText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return t("underAMinute");
  if (minutes < 60) return t("minutes", {count: minutes});
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("hoursMinutes", {hours, minutes: minutes % 60}) : t("days", {count: Math.floor(hours / 24)});
}

/** How long something will take; people tell the seconds of a short wait apart. */
export const estimateText = (ms: number): string => (ms < 60_000 ? t("secondsLeft", {seconds: Math.floor(ms / 1000)}) : waitText(ms));

/** Why that cannot be said; a dash where too few were served to tell. */
export const noEstimateText = (why: NoEstimate | undefined): string =>
  why === "NO_ESTIMATE_NOBODY_THERE" ? t("queueUnserved") : why === "NO_ESTIMATE_CLOSED" ? t("queueClosed") : "–";

/** Exactly, in hours, minutes and seconds: "20 sec". Hours are the largest unit, for a day of work has no 24 of them. */
export function spanText(seconds: number): string {
  const parts: [number, string][] = [[Math.floor(seconds / 3600), "hour"], [Math.floor(seconds / 60) % 60, "minute"], [seconds % 60, "second"]];
  return parts.filter(([count]) => count > 0)
    .map(([count, unit]) => new Intl.NumberFormat(language(), {style: "unit", unit, unitDisplay: "short"}).format(count)).join(" ");
}

/** A short span to count down: "0:42". */
export const countdownText = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

export function sizeText(bytes: string | number | undefined): string {
  const size = Number(bytes ?? 0);
  if (size < 1024) return t("bytes", {count: size});
  if (size < 1024 * 1024) return t("kilobytes", {count: Math.round(size / 1024)});
  return t("megabytes", {count: (size / 1024 / 1024).toFixed(1)});
}

const REFUSALS: Record<RefusalReason, WordKey> = {
  UNSPECIFIED: "refusedOther", LOST: "refusedLost", INTERNAL: "refusedInternal",
  INVALID_FIELD: "refusedInvalid", TOO_LARGE: "refusedTooLarge", UNAUTHENTICATED: "refusedSignedOut", PERMISSION_DENIED: "refusedPermission",
  UNKNOWN_FIELD: "refusedPage", IDEMPOTENCY_KEY_MISSING: "refusedPage", IDEMPOTENCY_KEY_REUSED: "refusedPage", STALE_FENCE: "refusedPage",
  CURSOR_EXPIRED: "refusedPage", CURSOR_INVALID: "refusedPage", ROUTING_VERSION_CHANGED: "refusedPage", ROUTING_VERSION_NOT_FOUND: "refusedPage",
  ADDRESS_INVALID: "refusedAddress", ADDRESS_UNKNOWN: "refusedAddressUnknown", ACCOUNT_UNKNOWN: "refusedAccount",
  CONVERSATION_NOT_FOUND: "refusedConversation", ENTRY_NOT_FOUND: "refusedEntry", TICKET_NOT_FOUND: "refusedTicket", BLOB_NOT_FOUND: "refusedBlob",
  ILLEGAL_TRANSITION: "refusedTransition", NOT_ASSIGNED: "refusedNotYours", STALE_ASSIGNMENT: "refusedNotYours", TICKET_HELD: "refusedHeld",
  NEWER_ENTRIES: "refusedNewer", OBLIGATIONS_OPEN: "refusedObligations", NOT_ANSWERABLE: "refusedNotAnswerable",
  SWITCH_REASON_MISSING: "refusedSwitchReason", WINDOW_CLOSED: "refusedWindow", FILE_UNSENDABLE: "refusedFile", TEMPLATE_UNFIT: "refusedTemplate",
  WITHDRAWN: "refusedWithdrawn", CONVERSATION_MOVED: "refusedMoved", MERGE_UNDER_WAY: "refusedMergeUnderWay", MERGE_IMPOSSIBLE: "refusedMerge",
  AGENT_NOT_FOUND: "refusedAgent", AGENT_EXISTS: "refusedOther", AGENT_AWAY: "refusedAgentAway", OFFER_NOT_FOUND: "refusedOfferGone", OFFER_EXPIRED: "refusedOfferExpired",
  CAPACITY_EXCEEDED: "refusedCapacity", OVERLOADED: "refusedOverloaded", NOT_LEADER: "refusedOverloaded", SHUTTING_DOWN: "refusedOverloaded",
  STORE_UNAVAILABLE: "refusedStore", STORE_FULL: "refusedFull", OUTCOME_UNKNOWN: "refusedUnknown", DEADLINE: "refusedUnknown",
};

/** What a refusal means for the person who did it. The server's words are English: they are quoted where they tell more. */
export function refusalText(error: unknown): string {
  const {reason, message} = error as Partial<Refusal>;
  return t((reason && REFUSALS[reason]) || "refusedOther", {message: message || reason || "?"});
}
