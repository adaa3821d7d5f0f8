// Where one writes. It says at every moment where the words will go, and does not let that change under the writer's hands.
import type {Entry, WaitingCallback} from "hark/v1";
import {useLayoutEffect, useRef} from "preact/hooks";
import {callbackText, withdrawCallback} from "../callbacks.js";
import {destinationOf} from "../compose/destination.js";
import {isEmpty, type LocalDraft, NOTE} from "../compose/drafts.js";
import {acknowledge, attach, choose, draftOf, objection, problems, send, sending, stayNote, target, unread, uploading, write} from "../compose/send.js";
import {closesAt, rulesOf} from "../compose/sendable.js";
import {conflictKey, conflicts, resolveConflict} from "../compose/server_drafts.js";
import {channelName, personText, sizeText, timeText, waitText} from "../format.js";
import {drafts, link} from "../session.js";
import {liveCall} from "../store/live_call.js";
import {agentName, answerable, isMine, type State, type Thread} from "../store/state.js";
import {rich, t} from "../words/words.js";
import {CannedMenu} from "./canned_menu.js";
import {ChannelChip, useServerNow} from "./parts.js";
import {TemplateForm} from "./template_form.js";
import {Icon} from "./icons.js";
import {KeptDraft} from "./kept_draft.js";
import {MentionList, WhoIsTold} from "./mention_list.js";
import {askForOtherWay} from "./other_way.js";

/** While they talk there is nothing to answer in writing, unless there was before. */
const isUnanswerable = (thread: Thread): boolean => thread.opened && liveCall(thread) !== undefined && !target(thread);

export const modeOf = (state: State, thread: Thread): "reply" | "note" =>
  isMine(state, thread.conversation) && !isUnanswerable(thread) ? drafts.of(thread.conversation.id ?? "").mode : "note";

const strong = (words: string) => <strong>{words}</strong>;

/** Until when the network takes answers. The last hour stands out. */
function WindowLine({closes, now, templates}: {closes: number; now: number; templates: boolean}) {
  if (!closes) return null;
  const left = closes - now;
  if (left <= 0) return <span id="window" class="window closed block">{t(templates ? "windowClosedTemplates" : "windowClosed")}</span>;
  return <span id="window" aria-live="off" class={`window block ${left < 3600_000 ? "soon" : ""}`}>{t("answersUntil", {time: timeText(closes, now), left: waitText(left)})}</span>;
}

function ReplyDestination({thread, entry, window}: {thread: Thread; entry: Entry; window: preact.JSX.Element}) {
  const draft = draftOf(thread, entry.id ?? "");
  const goes = destinationOf(entry, draft.switch, draft.privately);
  const change = (part: Partial<LocalDraft>) => () => write(thread, entry.id ?? "", part);
  const due = answerable(thread);
  return (
    <div id="destination" class={`destination ${goes.switched ? "switched" : goes.isPublic ? "public" : ""}`} aria-live="polite">
      <ChannelChip channel={goes.channel} bare />
      <p>
        {goes.isPublic && <strong id="public-answer" class="block">{t("publicAnswer")}</strong>}
        {!goes.switched && draft.privately && <strong class="block">{t("privateAnswer")}</strong>}
        {rich<string | preact.JSX.Element>("replyTo", {to: strong(personText(goes.to)), channel: strong(channelName(goes.channel))})}
        {goes.accountId && <> {rich<string | preact.JSX.Element>("replyFrom", {account: strong(goes.accountId)})}</>}
        {goes.subject && <span class="quiet">, {rich<string | preact.JSX.Element>("inThread", {subject: <q>{goes.subject}</q>})}</span>}
        {goes.cc.length > 0 && <span class="quiet block">{t("alsoTo", {who: goes.cc.map(personText).join(", ")})}</span>}
        {goes.switched && <span class="quiet block">{t("switchedNote", {reason: draft.switch?.reason ?? ""})}</span>}
        {due && due.id !== entry.id && <span class="quiet block">{t("olderChosen")}</span>}
        {window}
      </p>
      {goes.switched
        ? <button type="button" class="plain small" onClick={change({switch: undefined})}>{t("otherWayBack")}</button>
        : entry.isPublic && <button type="button" id="answer-privately" class="plain small" onClick={change({privately: draft.privately ? undefined : true})}>
            {t(draft.privately ? "answerPublicly" : "answerPrivately")}</button>}
      {!goes.switched && thread.replyOptions.length > 1 && <button type="button" class="plain small" onClick={() => askForOtherWay(thread, entry)}>{t("otherWay")}</button>}
    </div>
  );
}

/** The customer wrote while the agent did: shown, and to be acknowledged before anything is sent. */
function WroteAgain({thread, entryId}: {thread: Thread; entryId: string}) {
  const newer = unread(thread, draftOf(thread, entryId));
  if (!newer.length) return null;
  return (
    <div class="notice wrote-again" role="alert">
      <p>{t("wroteAgain", {count: newer.length})}</p>
      <blockquote class="line-clamp" dir="auto">{newer.at(-1)?.content?.visibleText || newer.at(-1)?.content?.text}</blockquote>
      <button type="button" id="have-read" class="small" onClick={() => acknowledge(thread, entryId)}>{t("iHaveRead")}</button>
    </div>
  );
}

function CallbackWaits({state, thread, waits}: {state: State; thread: Thread; waits: WaitingCallback}) {
  return (
    <div id="callback-waits" class="notice later" role="status">
      <p><strong>{callbackText(state, waits)}</strong></p>
      <p class="quiet">{t("callBackWaits")}</p>
      <button type="button" id="withdraw-callback" class="small" onClick={() => withdrawCallback(thread.conversation, waits.entryId ?? "")}>{t("withdrawCallBack")}</button>
    </div>
  );
}

function DraftConflict({id, entryId}: {id: string; entryId: string}) {
  const conflict = conflicts.get(conflictKey(id, entryId));
  if (!conflict) return null;
  return (
    <div class="notice" role="alert">
      <p>{t("draftElsewhere")}</p>
      <blockquote dir="auto">{conflict.theirs.text}</blockquote>
      <div class="row">
        <button type="button" class="small" onClick={() => resolveConflict(id, entryId, "theirs")}>{t("draftUseOther")}</button>
        <button type="button" class="small" onClick={() => resolveConflict(id, entryId, "mine")}>{t("draftUseMine")}</button>
      </div>
    </div>
  );
}

function DraftFiles({thread, entryId}: {thread: Thread; entryId: string}) {
  const {attachments} = draftOf(thread, entryId);
  const coming = uploading.get(conflictKey(thread.conversation.id ?? "", entryId)) ?? [];
  if (!attachments.length && !coming.length) return null;
  return (
    <ul class="files" aria-label={t("attachments")}>
      {attachments.map((file, i) => (
        <li class="file">
          <Icon name="clip" /> <span>{file.fileName}</span> <span class="quiet">{sizeText(file.blob?.sizeBytes)}</span>
          <button type="button" class="plain small" aria-label={t("removeFile", {name: file.fileName ?? ""})}
                  onClick={() => write(thread, entryId, {attachments: attachments.filter((_, other) => other !== i)})}><Icon name="close" /></button>
        </li>
      ))}
      {coming.map((name) => <li class="file quiet">{t("attaching", {name})}</li>)}
    </ul>
  );
}

function whyNoReply(state: State, {conversation}: Thread): string {
  const {ticket} = conversation;
  if (isMine(state, conversation)) return "";
  if (ticket?.state === "TICKET_STATE_ASSIGNED") return t("heldBy", {who: agentName(state, ticket.agentId)});
  if (ticket?.state === "TICKET_STATE_QUEUED") return t("waitsInQueue");
  if (ticket?.state === "TICKET_STATE_RESOLVED") return t("resolvedReopen");
  return t("noTicketYet");
}

/** As high as what is written, within bounds. */
function useGrowing(text: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = "auto";
    area.current.style.height = `${Math.min(area.current.scrollHeight + 2, innerHeight * 0.4)}px`;
  }, [text]);
  return area;
}

export function Composer({state, thread}: {state: State; thread: Thread}) {
  const id = thread.conversation.id ?? "";
  const mine = isMine(state, thread.conversation);
  const mode = modeOf(state, thread);
  const entry = mode === "reply" ? target(thread) : undefined;
  const entryId = entry?.id ?? NOTE;
  const draft = draftOf(thread, entryId);
  const key = conflictKey(id, entryId);
  const busy = sending.has(key);
  const area = useGrowing(draft.text);
  const files = useRef<HTMLInputElement>(null);
  const goes = entry && destinationOf(entry, draft.switch, draft.privately);
  const now = useServerNow(10_000);
  const closes = entry && goes ? closesAt(thread.conversation, entry, goes) : 0;
  const closed = closes > 0 && closes <= now;
  const templates = goes ? (rulesOf(state.setup.sendingRules, goes.accountId)?.templates ?? []) : [];
  const templated = mode === "reply" && templates.length > 0 && (closed || draft.template !== undefined);
  const nothing = mode === "note" ? !draft.text.trim() : draft.template ? !draft.template.name : !draft.text.trim() && !draft.attachments.length;
  const blocked = mode === "reply" && (!entry || (closed && !draft.template) || unread(thread, draft).length > 0 || Boolean(uploading.get(key)?.length));
  const problem = problems.get(key) || (draft.template ? "" : objection(thread, entryId, draft, mode === "reply" && !isEmpty(draft)));
  // A call is answered by a call: what is written is for colleagues, and need not be.
  const callsBack = mode === "reply" && goes?.channel === "CHANNEL_PHONE";
  // One call back at a time: another would ring the same person twice for the same thing.
  const waits = callsBack ? thread.conversation.waitingCallbacks?.[0] : undefined;

  const inPublic = mode === "reply" && goes?.isPublic === true;

  const setMode = (next: "reply" | "note") => choose(thread, {mode: next});
  const submit = (event?: Event) => {
    event?.preventDefault();
    if (waits) return;
    if (callsBack && !draft.text.trim()) write(thread, entryId, {text: t("callBackText")});
    void send(thread, mode);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === "Escape") area.current?.blur();
  };
  const take = (list: FileList | null | undefined) => {
    if (mode === "reply" && entry && list?.length) void attach(thread, entryId, [...list]);
  };
  const why = whyNoReply(state, thread);
  return (
    <form id="composer" class={`composer ${mode}`} aria-label={t("answer")} onSubmit={submit}
          onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); take(event.dataTransfer?.files); }}>
      {why && <p id="composer-state" class="state" role="status">{why}</p>}
      <div class="composer-top">
        {mine && (
          <div class="segments" role="radiogroup" aria-label={t("whatToWrite")}>
            <button type="button" role="radio" id="tab-reply" aria-checked={mode === "reply"} disabled={isUnanswerable(thread)}
                    title={isUnanswerable(thread) ? t("nothingToReplyTo") : undefined} onClick={() => setMode("reply")}>{t("answer")}</button>
            <button type="button" role="radio" id="tab-note" aria-checked={mode === "note"} onClick={() => setMode("note")}>{t("note")}</button>
          </div>
        )}
        {mode === "note"
          ? <div id="destination" class="destination note"><p>{t("noteStays")}</p></div>
          : entry
            ? <ReplyDestination thread={thread} entry={entry} window={<WindowLine closes={closes} now={now} templates={templates.length > 0} />} />
            : <div id="destination" class="destination"><p>{t("nothingToReplyTo")}</p></div>}
      </div>
      {!mine && <KeptDraft thread={thread} />}
      <DraftConflict id={id} entryId={entryId} />
      <WroteAgain thread={thread} entryId={entryId} />
      {templated && entry && <TemplateForm thread={thread} entryId={entryId} templates={templates} closed={closed} />}
      {waits && <CallbackWaits state={state} thread={thread} waits={waits} />}
      <label for="words" class="hidden">{t(mode === "reply" ? "yourReply" : "yourNote")}</label>
      <textarea id="words" ref={area} rows={3} hidden={Boolean(waits) || (templated && !(closed && draft.text))} maxLength={200_000} dir="auto" value={draft.text} readOnly={busy} disabled={mode === "reply" && !entry}
                placeholder={t(callsBack ? "callBackHint" : mode === "reply" ? "writeReply" : "writeNote")} onKeyDown={onKeyDown}
                onInput={(event) => {
                  if (mode === "note" && mine) stayNote(thread);
                  write(thread, entryId, {text: event.currentTarget.value});
                }}
                onPaste={(event) => take(event.clipboardData?.files)} />
      {mode === "note" && (
        <>
          <MentionList state={state} area={area.current} text={draft.text} onPick={(text) => write(thread, entryId, {text})} />
          <WhoIsTold state={state} area={area.current} text={draft.text} />
        </>
      )}
      {!templated && <DraftFiles thread={thread} entryId={entryId} />}
      {problem && <p id="composer-error" class="notice bad" role="alert">{problem}</p>}
      <div class="row composer-row">
        <button id="send" class="primary" type="submit" hidden={Boolean(waits)} disabled={busy || blocked || (!callsBack && nothing)} aria-keyshortcuts="Control+Enter">
          {busy ? t(link.open ? "sending" : "waitingForConnection") : t(callsBack ? "callBack" : inPublic ? "sendPublicly" : mode === "reply" ? "sendReply" : "addNote")}
        </button>
        {!waits && <kbd class="wide-only">Ctrl ↵</kbd>}
        {mode === "reply" && entry && !templated && !waits && (
          <>
            <CannedMenu state={state} thread={thread} entry={entry} />
            {!callsBack && <button type="button" class="plain" aria-label={t("attach")} onClick={() => files.current?.click()}><Icon name="clip" /> <span class="wide-only">{t("attach")}</span></button>}
            {templates.length > 0 && <button type="button" class="plain" onClick={() => write(thread, entryId, {template: {name: "", language: "", fields: []}})}>{t("template")}</button>}
            <input ref={files} type="file" multiple hidden onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = ""; }} />
          </>
        )}
        <span id="draft-state" class="quiet">
          {!draft.text ? "" : !drafts.kept ? t("draftNotKept") : t(draft.dirty || draft.revision === "0" ? "draftKeptHere" : "draftKept")}
        </span>
      </div>
    </form>
  );
}
