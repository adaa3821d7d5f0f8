// From a draft to an answer: what is checked, under which key it goes, and what is left when it went.
import type {Attachment, ConsoleResponse_SignedIn, Entry, FilledTemplate, SendingRules} from "hark/v1";
import {refusalText, sizeText} from "../format.js";
import {newKey, type Refusal, reasonOf} from "../link.js";
import {drafts, link, store} from "../session.js";
import {answerable, sequenceOf, type Thread} from "../store/state.js";
import {say} from "../views/announcer.js";
import {t} from "../words/words.js";
import {unfilled} from "./canned.js";
import {mentionsIn} from "./mention.js";
import {emptyDraft, fingerprintOf, isEmpty, type LocalDraft, newerThan, NOTE} from "./drafts.js";
import {fileTrouble, isTemplate, missing, rulesOf} from "./sendable.js";
import {conflictKey, draftChanged, dropDraft} from "./server_drafts.js";

// Of UTF-8: below the server's limit of a reply, and of a frame when every character of it has to be escaped.
const WORDS_BYTES_MAX = 200 * 1024;
const TYPING_EVERY_MS = 5000;
// After these nobody knows what became of the command: the same words go out again under the same key.
const UNSETTLED = new Set(["OUTCOME_UNKNOWN", "LOST", "DEADLINE"]);

/** Conversation and entry -> what is the matter. */
export const sending = new Set<string>();
export const problems = new Map<string, string>();
export const uploading = new Map<string, string[]>();
const redraw = () => store.change((state) => ({...state}));

export const lastSequence = (thread: Thread): number => {
  const last = thread.entries.at(-1);
  return last ? sequenceOf(last) : 0;
};

/**
 * The entry that an answer is to. Once something is written it stays the same, whatever comes in: what was written for one
 * message must not turn into the answer to another.
 */
export function target(thread: Thread): Entry | undefined {
  const chosen = drafts.of(thread.conversation.id ?? "").target;
  return thread.entries.find((entry) => entry.id === chosen) ?? answerable(thread);
}

export const draftOf = (thread: Thread, entryId: string): LocalDraft =>
  drafts.draft(thread.conversation.id ?? "", entryId) ?? emptyDraft(lastSequence(thread));

/** What the customer wrote since the agent began to write, and is to be read before the answer goes. */
export const unread = (thread: Thread, draft: LocalDraft): Entry[] => (isEmpty(draft) ? [] : newerThan(thread.entries, draft.seen));

export function write(thread: Thread, entryId: string, part: Partial<LocalDraft>): void {
  const id = thread.conversation.id ?? "";
  const before = draftOf(thread, entryId);
  const next = {...before, ...part, dirty: true};
  // An empty draft has seen everything: the agent begins with what is before them.
  if (isEmpty(before)) next.seen = lastSequence(thread);
  drafts.put(id, entryId, next);
  if (entryId !== NOTE) drafts.choose(id, {target: isEmpty(next) ? "" : entryId});
  problems.delete(conflictKey(id, entryId));
  draftChanged(id, entryId);
  tellTyping(id, accountOf(thread, entryId));
  redraw();
}

export function acknowledge(thread: Thread, entryId: string): void {
  const draft = draftOf(thread, entryId);
  drafts.put(thread.conversation.id ?? "", entryId, {...draft, seen: lastSequence(thread)});
  redraw();
}

export function choose(thread: Thread, choice: {target?: string; mode?: "reply" | "note"}): void {
  drafts.choose(thread.conversation.id ?? "", choice);
  redraw();
}

const impliedNotes = new Set<string>();

/** What was begun as a note, because there was nothing to answer, stays one when there is; then answers are the rule again. */
export function stayNote(thread: Thread): void {
  const id = thread.conversation.id ?? "";
  if (drafts.of(id).mode === "note") return;
  impliedNotes.add(id);
  choose(thread, {mode: "note"});
}

/** Ours, that the answer goes out on; none for a note, which the customer must not see being typed. */
const accountOf = (thread: Thread, entryId: string): string =>
  entryId === NOTE ? "" : (draftOf(thread, entryId).switch?.accountId ?? thread.entries.find((entry) => entry.id === entryId)?.accountId ?? "");

let toldTyping = {id: "", at: 0};
function tellTyping(conversationId: string, accountId: string): void {
  const now = performance.now();
  if (toldTyping.id === conversationId && now - toldTyping.at < TYPING_EVERY_MS) return;
  toldTyping = {id: conversationId, at: now};
  link.tell({type: {conversationId, typing: true, accountId}});
}
function stopTyping(conversationId: string, accountId: string): void {
  toldTyping = {id: "", at: 0};
  link.tell({type: {conversationId, typing: false, accountId}});
}

/** The account that it goes out on, and what that can send. */
const rulesFor = (thread: Thread, entryId: string): SendingRules | undefined =>
  rulesOf(store.state.setup.sendingRules, accountOf(thread, entryId));

function fileObjection(rules: SendingRules | undefined, files: readonly Attachment[]): string {
  const trouble = fileTrouble(rules, files);
  const network = rules?.network ?? "";
  switch (trouble?.what) {
    case "none": return trouble.why;
    case "count": return t("tooManyFilesFor", {network, count: trouble.count});
    case "type": return t("fileTypeNotTaken", {network, name: trouble.name, types: trouble.types});
    case "size": return t("fileTooBigFor", {network, name: trouble.name, size: sizeText(trouble.sizeMax)});
    case "empty": return t("fileEmpty", {network, name: trouble.name});
    default: return "";
  }
}

function templateObjection(rules: SendingRules | undefined, filled: FilledTemplate): string {
  const template = rules?.templates?.find((one) => isTemplate(one, filled));
  if (!template) return t("chooseTemplate");
  const name = missing(template, filled);
  return name ? t("fillIn", {label: `{{${name}}}`}) : "";
}

/** Why this cannot be sent as it is; empty if it can. */
export function objection(thread: Thread, entryId: string, draft: LocalDraft, isReply: boolean): string {
  if (isReply && draft.template) return templateObjection(rulesFor(thread, entryId), draft.template);
  if (new TextEncoder().encode(draft.text).length > WORDS_BYTES_MAX) return t("tooLong");
  const placeholder = isReply ? unfilled(draft.text) : undefined;
  if (placeholder) return t("placeholderLeft", {placeholder});
  return isReply ? fileObjection(rulesFor(thread, entryId), draft.attachments) : "";
}

const colleagues = () => [...store.state.colleagues.values()];

/** Notes whose writer was told that they name strangers: sent once more as they are, they go. */
const warned = new Map<string, string>();
function strangers(key: string, text: string): string {
  const names = mentionsIn(text, colleagues()).filter(({id}) => !id).map(({from, to}) => text.slice(from, to));
  if (!names.length || warned.get(key) === text) return "";
  warned.set(key, text);
  return t("mentionsNobodySend", {names: names.join(", ")});
}

export async function send(thread: Thread, mode: "reply" | "note"): Promise<void> {
  const id = thread.conversation.id ?? "";
  const entryId = mode === "note" ? NOTE : (target(thread)?.id ?? "");
  const key = conflictKey(id, entryId);
  const draft = draftOf(thread, entryId);
  const text = draft.text.trim();
  const nothing = mode === "note" ? !text : !text && !draft.attachments.length && !draft.template;
  // A file that is still on its way belongs to this answer.
  if (nothing || sending.has(key) || uploading.get(key)?.length || (mode === "reply" && (!entryId || unread(thread, draft).length))) return;
  const no = objection(thread, entryId, draft, mode === "reply") || (mode === "note" ? strangers(key, text) : "");
  if (no) {
    problems.set(key, no);
    return redraw();
  }
  // Kept with the draft: should the page be closed before the answer comes, the same words go out under the same key.
  const fingerprint = fingerprintOf(entryId, draft);
  const attempt = draft.attempt?.fingerprint === fingerprint ? draft.attempt : {fingerprint, key: newKey()};
  drafts.put(id, entryId, {...draft, attempt});
  sending.add(key);
  problems.delete(key);
  redraw();
  try {
    await (mode === "note"
      ? link.command("addNote", {idempotencyKey: attempt.key, conversationId: id, text, mentions: mentionsIn(text, colleagues()).map((one) => one.id).filter(Boolean)})
      : link.command("reply", {
        idempotencyKey: attempt.key, entryId, assignmentToken: thread.conversation.ticket?.assignmentToken ?? "0",
        seenSequence: String(draft.seen), ...(draft.switch ? {switch: draft.switch} : draft.privately && {privately: true}),
        ...(draft.template ? {template: draft.template} : {text, attachments: [...draft.attachments]}),
      }));
    dropDraft(id, entryId);
    if (mode === "reply") drafts.choose(id, {target: ""});
    else if (impliedNotes.delete(id)) drafts.choose(id, {mode: "reply"});
    stopTyping(id, accountOf(thread, entryId));
    say(t(mode === "note" ? "noteAdded" : "replySent"));
  } catch (error) {
    problems.set(key, refusalText(error));
    say(refusalText(error));
    // Refused for good: should the same words be sent again, it is a new action.
    const now = drafts.draft(id, entryId);
    if (now && !UNSETTLED.has(reasonOf(error))) drafts.put(id, entryId, {...now, attempt: undefined});
  } finally {
    sending.delete(key);
    redraw();
  }
}

// ---- files

/** Puts files on the server, and names them in the draft. What is too big is refused here, before it travels. */
export async function attach(thread: Thread, entryId: string, files: readonly File[]): Promise<void> {
  const key = conflictKey(thread.conversation.id ?? "", entryId);
  for (const file of files) {
    const before = draftOf(thread, entryId);
    const named = {fileName: file.name, contentType: typeOf(file), blob: {id: "", sizeBytes: String(file.size)}};
    const no = tooMuch(file, before, store.state.setup) || fileObjection(rulesFor(thread, entryId), [...before.attachments, named]);
    if (no) {
      problems.set(key, no);
      continue;
    }
    uploading.set(key, [...(uploading.get(key) ?? []), file.name]);
    redraw();
    try {
      const query = new URLSearchParams({name: file.name, type: typeOf(file)});
      const answer = await fetch(`/console/attachments?${query}`, {method: "POST", body: file});
      if (!answer.ok) throw Object.assign(new Error(await answer.text()), {reason: answer.status === 503 ? "OVERLOADED" : "INTERNAL"}) as Refusal;
      write(thread, entryId, {attachments: [...draftOf(thread, entryId).attachments, await answer.json()]});
    } catch (error) {
      problems.set(key, t("uploadFailed", {name: file.name, why: refusalText(error)}));
    } finally {
      uploading.set(key, (uploading.get(key) ?? []).filter((name) => name !== file.name));
    }
  }
  redraw();
}

const typeOf = (file: File): string => file.type || "application/octet-stream";

function tooMuch(file: File, draft: LocalDraft, {attachmentSizeMax, attachmentsSizeMax, attachmentsMax}: NonNullable<ConsoleResponse_SignedIn["setup"]>): string {
  const together = draft.attachments.reduce((sum, one) => sum + Number(one.blob?.sizeBytes ?? 0), file.size);
  if (attachmentSizeMax && file.size > Number(attachmentSizeMax)) return t("fileTooBig", {name: file.name, size: sizeText(attachmentSizeMax)});
  if (attachmentsMax && draft.attachments.length >= attachmentsMax) return t("tooManyFiles", {count: attachmentsMax});
  if (attachmentsSizeMax && together > Number(attachmentsSizeMax)) return t("filesTooBig", {size: sizeText(attachmentsSizeMax)});
  return "";
}
