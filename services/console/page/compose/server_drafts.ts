// Drafts on the server, so that they follow the agent to another machine. What is on this machine always comes first: the
// server's copy is written behind it, and a difference that nobody can settle is put before the person.
import type {ConsoleResponse_DraftKept, Draft} from "hark/v1";
import {drafts, link, store} from "../session.js";
import {sequenceOf} from "../store/state.js";
import {isEmpty, type LocalDraft, settle} from "./drafts.js";

/** A pause in typing after which the draft goes to the server. */
const SAVE_AFTER_MS = 1500;

/** What another page of the same agent has in place of the draft here: conversation and entry -> that one. */
export const conflicts = new Map<string, {mine: LocalDraft; theirs: LocalDraft}>();
export const conflictKey = (conversationId: string, entryId: string): string => `${conversationId} ${entryId}`;

/** The revision of a draft that was sent. The server may have read it for us just before it dropped it: it is not taken back. */
const sentRevisions = new Map<string, number>();

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const redraw = () => store.change((state) => ({...state}));

export function draftChanged(conversationId: string, entryId: string): void {
  const key = conflictKey(conversationId, entryId);
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => void save(conversationId, entryId), SAVE_AFTER_MS));
}

async function save(conversationId: string, entryId: string): Promise<void> {
  timers.delete(conflictKey(conversationId, entryId));
  const draft = drafts.draft(conversationId, entryId);
  if (!draft?.dirty || !link.open) return;
  const {text, attachments, template, revision, attempt} = draft;
  try {
    const answer = await link.request({saveDraft: {draft: {
      conversationId, entryId, revision, text, attachments: [...attachments], ...(draft.switch && {switch: draft.switch}),
      ...(draft.privately && {privately: true}), ...(template && {template}), idempotencyKey: attempt?.key ?? "",
    }}});
    if (answer.draftKept) saved(answer.draftKept, draft, conversationId, entryId);
  } catch {
    // It stays dirty, and goes with the next change or connection. This machine has it.
  }
}

function saved(kept: ConsoleResponse_DraftKept, sent: LocalDraft, conversationId: string, entryId: string): void {
  if (kept.conflict) return keptDraft(kept);
  const now = drafts.draft(conversationId, entryId);
  if (!now) return;
  const unchanged = now.text === sent.text && now.attachments === sent.attachments && now.switch === sent.switch && now.privately === sent.privately &&
    now.template === sent.template;
  const revision = kept.draft?.revision ?? "0";
  drafts.put(conversationId, entryId, unchanged && isEmpty(now) ? undefined : {...now, revision, dirty: !unchanged});
  if (!unchanged) draftChanged(conversationId, entryId);
  redraw();
}

/** The server tells what it keeps: after opening, or because another page of this agent wrote. */
export function keptDraft({draft}: ConsoleResponse_DraftKept): void {
  if (draft?.conversationId) settleDrafts(draft.conversationId, [draft]);
}

/** In the answer to Open: all that there are; one that the server kept and that is gone was sent on another page. */
export function settleAllDrafts(conversationId: string, kept: readonly Draft[]): void {
  const standing = new Set(kept.map((draft) => draft.entryId ?? ""));
  for (const [entryId, draft] of Object.entries(drafts.of(conversationId).drafts)) {
    if (!draft.dirty && draft.revision !== "0" && !standing.has(entryId)) drafts.put(conversationId, entryId, undefined);
  }
  settleDrafts(conversationId, kept);
  redraw();
}

function settleDrafts(conversationId: string, kept: readonly Draft[]): void {
  for (const draft of kept) {
    const entryId = draft.entryId ?? "";
    if (Number(draft.revision ?? 0) <= (sentRevisions.get(conflictKey(conversationId, entryId)) ?? -1)) continue;
    const settled = settle(drafts.draft(conversationId, entryId), draft, seenAt(conversationId, Number(draft.savedAtMs ?? 0)));
    if ("keep" in settled) {
      drafts.put(conversationId, entryId, settled.keep);
      if (settled.keep.dirty) draftChanged(conversationId, entryId);
    } else conflicts.set(conflictKey(conversationId, entryId), settled);
  }
  if (kept.length) redraw();
}

/** The last sequence that there was at that time. */
function seenAt(conversationId: string, ms: number): number {
  const entry = store.state.threads.get(conversationId)?.entries.findLast((one) => Number(one.acceptedAtMs ?? 0) <= ms);
  return entry ? sequenceOf(entry) : 0;
}

export function resolveConflict(conversationId: string, entryId: string, use: "mine" | "theirs"): void {
  const key = conflictKey(conversationId, entryId);
  const conflict = conflicts.get(key);
  if (!conflict) return;
  conflicts.delete(key);
  const mine = drafts.draft(conversationId, entryId) ?? conflict.mine;
  drafts.put(conversationId, entryId, use === "mine" ? {...mine, revision: conflict.theirs.revision} : {...conflict.theirs, seen: mine.seen});
  if (use === "mine") draftChanged(conversationId, entryId);
  redraw();
}

/** After a lost connection: what was written meanwhile. */
export function saveUnsaved(): void {
  for (const id of store.state.threads.keys()) {
    for (const [entryId, draft] of Object.entries(drafts.of(id).drafts)) if (draft.dirty) draftChanged(id, entryId);
  }
}

/** It was sent; the server has dropped its copy with that. */
export function dropDraft(conversationId: string, entryId: string): void {
  const key = conflictKey(conversationId, entryId);
  clearTimeout(timers.get(key));
  sentRevisions.set(key, Number(drafts.draft(conversationId, entryId)?.revision ?? 0));
  drafts.put(conversationId, entryId, undefined);
}
