// A reply lies ready in a chat whose visitor stays away: what waits there, and how else its customer can be reached. Pure.
import type {ChannelSwitch, ConsoleResponse_ReplyOption, Entry} from "hark/v1";

export interface Unfetched {
  /** Everything that waits, in order; not empty. */
  replies: readonly Entry[];
  /** A verified address of the same customer on another channel. */
  way: ConsoleResponse_ReplyOption;
}

const wroteOrCame = (entry: Entry): boolean =>
  entry.kind === "ENTRY_KIND_INBOUND" || entry.kind === "ENTRY_KIND_REPLY" || entry.kind === "ENTRY_KIND_STARTED";
const lies = (entry: Entry): boolean =>
  entry.kind === "ENTRY_KIND_REPLY" && entry.channel === "CHANNEL_CHAT" && entry.delivery === "DELIVERY_STATE_SENT";

/**
 * Nothing is offered once the customer has come back, anywhere, or was written to on another channel since: what waits is at
 * the end of what was said. It is offered when the server has found the first of it to wait too long.
 */
export function unfetched(entries: readonly Entry[], ways: readonly ConsoleResponse_ReplyOption[]): Unfetched | undefined {
  const said = entries.filter(wroteOrCame);
  const after = said.findLastIndex((entry) => !lies(entry)) + 1;
  const replies = said.slice(after);
  if (!replies.some((reply) => Number(reply.unfetchedSinceMs ?? 0) > 0)) return undefined;
  const way = ways.find((one) => one.verified && one.channel !== "CHANNEL_CHAT");
  return way && {replies, way};
}

export const wordsOf = ({replies}: Unfetched): string => replies.map((reply) => reply.content?.text ?? "").filter(Boolean).join("\n\n");

export const switchTo = ({way}: Unfetched, reason: string): ChannelSwitch => ({
  ...(way.channel && {channel: way.channel}), accountId: way.accountId ?? "", address: way.address ?? "", reason,
});
