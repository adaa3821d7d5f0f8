// What an agent is writing, kept on this machine with every key press: a draft for each entry that is being answered and one
// for the note, by conversation. Pure but for the storage it is given.
import type {Attachment, ChannelSwitch, Draft, Entry, FilledTemplate} from "hark/v1";
import {isInbound, sequenceOf} from "../store/state.js";

export interface LocalDraft {
  text: string;
  attachments: readonly Attachment[];
  switch?: ChannelSwitch | undefined;
  /** A public message is answered to its writer alone. */
  privately?: boolean | undefined;
  /** Goes out in place of words and files. */
  template?: FilledTemplate | undefined;
  /** The last sequence that the agent had before them when they began, or said that they read since. */
  seen: number;
  /** The attempt to send exactly this: should the page be closed before the answer, it goes out again under the same key. */
  attempt?: {fingerprint: string; key: string} | undefined;
  /** The server's revision that it builds on. */
  revision: string;
  /** The server does not have it yet. */
  dirty: boolean;
}

export interface ConversationDrafts {
  /** The entry that the agent chose to answer; empty: whichever is due. */
  target: string;
  mode: "reply" | "note";
  /** By the entry answered; "" is the note. */
  drafts: Readonly<Record<string, LocalDraft>>;
}

export const NOTE = "";
export const emptyDraft = (seen: number): LocalDraft => ({text: "", attachments: [], seen, revision: "0", dirty: false});
export const isEmpty = (draft: LocalDraft | undefined): boolean =>
  !draft || (!draft.text.trim() && draft.attachments.length === 0 && !draft.switch && !draft.privately && !draft.template);
const nothing: ConversationDrafts = {target: "", mode: "reply", drafts: {}};

/** What makes an attempt the same attempt. */
export const fingerprintOf = (entryId: string, draft: LocalDraft): string =>
  JSON.stringify([entryId, draft.text.trim(), draft.attachments.map((file) => [file.blob?.id, file.fileName]), draft.switch ?? null, draft.privately ?? false,
    ...(draft.template ? [draft.template] : [])]);

/** The customer's messages that came after what the agent had seen: to be read before an answer goes out. */
export const newerThan = (entries: readonly Entry[], seen: number): Entry[] =>
  entries.filter((entry) => isInbound(entry) && sequenceOf(entry) > seen);

export type Settled =
  | {keep: LocalDraft}
  /** Both changed since they were the same: a person decides. */
  | {mine: LocalDraft; theirs: LocalDraft};

/** Which draft stands when the server tells the one that it keeps; `seen` is the last sequence of when that was written. */
export function settle(mine: LocalDraft | undefined, kept: Draft, seen: number): Settled {
  const theirs: LocalDraft = {
    text: kept.text ?? "", attachments: kept.attachments ?? [], switch: kept.switch, ...(kept.privately && {privately: true}),
    ...(kept.template && {template: kept.template}), seen: mine?.seen ?? seen, revision: kept.revision ?? "0", dirty: false,
  };
  if (kept.idempotencyKey) theirs.attempt = {fingerprint: fingerprintOf(kept.entryId ?? "", theirs), key: kept.idempotencyKey};
  if (!mine || !mine.dirty || isEmpty(mine)) return {keep: theirs};
  // Sent or emptied elsewhere: nothing to lose, and these words go on.
  if (isEmpty(theirs)) return {keep: {...mine, revision: theirs.revision}};
  const same = fingerprintOf("", mine) === fingerprintOf("", theirs);
  if (same) return {keep: {...mine, revision: theirs.revision, dirty: false}};
  if (mine.revision === theirs.revision) return {keep: mine};
  return {mine, theirs};
}

export interface KeyValueStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** Lives as long as somebody is signed in. Says nothing when the browser keeps nothing: `kept` is false then. */
export class Drafts {
  kept = true;
  #cache = new Map<string, ConversationDrafts>();

  constructor(private readonly storage: KeyValueStorage, private readonly agentId: string) {}

  of(conversationId: string): ConversationDrafts {
    const known = this.#cache.get(conversationId);
    if (known) return known;
    const read = this.#read(conversationId);
    this.#cache.set(conversationId, read);
    return read;
  }

  draft(conversationId: string, entryId: string): LocalDraft | undefined {
    return this.of(conversationId).drafts[entryId];
  }

  choose(conversationId: string, choice: {target?: string; mode?: "reply" | "note"}): void {
    this.#write(conversationId, {...this.of(conversationId), ...choice});
  }

  put(conversationId: string, entryId: string, draft: LocalDraft | undefined): void {
    const {[entryId]: _, ...others} = this.of(conversationId).drafts;
    const drafts = draft && !(isEmpty(draft) && draft.revision === "0") ? {...others, [entryId]: draft} : others;
    this.#write(conversationId, {...this.of(conversationId), drafts});
  }

  #name(conversationId: string): string {
    return `hark.drafts.${this.agentId}.${conversationId}`;
  }

  #read(conversationId: string): ConversationDrafts {
    try {
      return {...nothing, ...JSON.parse(this.storage.getItem(this.#name(conversationId)) ?? "{}")};
    } catch {
      return nothing;
    }
  }

  #write(conversationId: string, drafts: ConversationDrafts): void {
    this.#cache.set(conversationId, drafts);
    try {
      const {target, mode} = drafts;
      if (!target && mode === "reply" && Object.keys(drafts.drafts).length === 0) this.storage.removeItem(this.#name(conversationId));
      else this.storage.setItem(this.#name(conversationId), JSON.stringify(drafts));
      this.kept = true;
    } catch {
      this.kept = false;
    }
  }
}
