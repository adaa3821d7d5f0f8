// Where an answer goes: exactly what the server binds it to.
import type {Channel, ChannelSwitch, Entry, Participant} from "hark/v1";

export interface Destination {
  channel: Channel;
  accountId: string;
  to: Participant;
  cc: readonly Participant[];
  subject: string;
  /** The agent left the channel or address that the message came in on. */
  switched: boolean;
  /** Everybody reads it. */
  isPublic: boolean;
}

export function destinationOf(entry: Entry, leaving: ChannelSwitch | undefined, privately = false): Destination {
  if (leaving?.address || leaving?.channel) {
    return {
      channel: leaving.channel ?? "CHANNEL_UNSPECIFIED", accountId: leaving.accountId ?? "", to: {address: leaving.address ?? ""}, cc: [],
      subject: "", switched: true, isPublic: false,
    };
  }
  const bound = entry.replyRoute?.to?.address ? entry.replyRoute.to : (entry.sender ?? {});
  const name = bound.name || entry.sender?.name;
  return {
    channel: entry.channel ?? "CHANNEL_UNSPECIFIED", accountId: entry.accountId ?? "", to: name ? {...bound, name} : bound,
    cc: entry.replyRoute?.cc ?? [], subject: entry.content?.subject ?? "", switched: false, isPublic: Boolean(entry.isPublic) && !privately,
  };
}
