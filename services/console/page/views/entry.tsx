// One item of the timeline: who, on which channel, why there, what became of it.
import type {CallRecording, Entry} from "hark/v1";
import {withdrawCallback} from "../callbacks.js";
import {mentionsIn} from "../compose/mention.js";
import {choose, target} from "../compose/send.js";
import {addressText, callStateName, channelName, deliveryName, isTrouble, obligationName, personText, timeText} from "../format.js";
import {drafts} from "../session.js";
import {isLive} from "../store/live_call.js";
import {agentName, isMine, isOwed, serverNow, type State, type Thread} from "../store/state.js";
import {waive} from "../tickets.js";
import {rich, t} from "../words/words.js";
import {EntryBody, Sound} from "./entry_body.js";
import {ChannelChip, Time} from "./parts.js";
import {focusComposer} from "./focus.js";
import {Status} from "./status.js";

export interface EntryProps {
  state: State;
  thread: Thread;
  entry: Entry;
  reveal(entryId: string): void;
  /** A further piece of what was sent as one. */
  goesOn?: boolean;
}

/** Marks whoever was told. */
function withMentions(state: State, {content, mentions = []}: Entry): preact.ComponentChildren {
  const text = content?.text ?? "";
  const told = mentions.map((id) => state.colleagues.get(id) ?? {id});
  const found = mentionsIn(text, told).filter(({id}) => id);
  return [
    ...found.flatMap(({from, to, id}, i) => [
      text.slice(found[i - 1]?.to ?? 0, from), <mark class={id === state.me?.id ? "mention me" : "mention"}>{text.slice(from, to)}</mark>,
    ]),
    text.slice(found.at(-1)?.to ?? 0),
  ];
}

/** A message on tape is heard where it stands. */
const isEntryOfItsOwn = (thread: Thread, {file}: CallRecording): boolean =>
  Boolean(file) && thread.entries.some(({content}) => content?.attachments?.some(({blob}) => blob?.id === file?.blob?.id));

/** Our copy of a recording, or why there is none yet and where the exchange has it. */
function RecordingLine({entry, recording}: {entry: Entry; recording: CallRecording}) {
  const {file, url = "", seconds = 0, trouble} = recording;
  if (file) return <Sound entry={entry} file={file} label={t("callRecording", {seconds})} />;
  return (
    <p class="meta call">
      {/^https?:/.test(url) && <a href={url} target="_blank" rel="noreferrer noopener">{t("callRecording", {seconds})}</a>}
      {trouble && <span class="quiet">{t("callRecordingTrouble", {why: trouble})}</span>}
    </p>
  );
}

/** How far a call has come, and where it can be heard. */
function CallLine({state, thread, entry}: {state: State; thread: Thread; entry: Entry}) {
  const {call} = entry;
  if (!call?.state) return null;
  const talked = Number(call.answeredAtMs ?? 0);
  const seconds = talked ? Math.max(0, Math.round((Number(call.endedAtMs ?? 0) - talked) / 1000)) : 0;
  const live = isLive(call);
  const missed = call.state === "CALL_STATE_ABANDONED" || call.state === "CALL_STATE_UNANSWERED";
  return (
    <>
    <p class="meta call">
      <span class={`badge ${live ? "open" : missed ? "bad" : ""}`}>{callStateName(call.state)}</span>
      {(call.agentId || call.number) && <span class="quiet">{agentName(state, call.agentId) || call.number}</span>}
      {call.endedAtMs && talked ? <span>{t("callLength", {length: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`})}</span> : null}
      {call.detail && <span class="quiet">{call.detail}</span>}
    </p>
    {call.recordings?.filter((recording) => !isEntryOfItsOwn(thread, recording)).map((recording) => <RecordingLine key={recording.id} entry={entry} recording={recording} />)}
    </>
  );
}

/** A message that waits to go out, or a customer who waits to be called back: when, and why not now. */
function GoesOutLater({state, entry}: {state: State; entry: Entry | undefined}) {
  if (entry?.delivery !== "DELIVERY_STATE_QUEUED" || !entry.deliveryDetail || (entry.call && isLive(entry.call))) return null;
  if (!Number(entry.deliveryAgainAtMs ?? 0)) return <p class="quiet">{entry.deliveryDetail}</p>;
  const words = {time: timeText(entry.deliveryAgainAtMs, serverNow(state)), why: entry.deliveryDetail};
  return <p class="notice later">{t(entry.channel === "CHANNEL_PHONE" ? "callBackAt" : "deliveryAgainAt", words)}</p>;
}

const PublicBadge = ({entry}: {entry: Entry}) => (entry.isPublic ? <span class="badge public" title={t("publicHint")}>{t("isPublic")}</span> : null);

/** A message and what was sent with it as one; what is done about the first is done about all. */
const together = (thread: Thread, entry: Entry): Entry[] =>
  entry.group ? thread.entries.filter((other) => other.group === entry.group) : [entry];

function Inbound({state, thread, entry, goesOn}: EntryProps) {
  if (goesOn) return <article class="entry inbound goes-on"><EntryBody entry={entry} /></article>;
  const waiting = together(thread, entry).filter(isOwed);
  const owed = waiting.length > 0;
  const mine = isMine(state, thread.conversation);
  // What is settled is not pointed at, unless the agent chose it.
  const chosen = mine && together(thread, entry).some((other) => other.id === target(thread)?.id) && (owed || drafts.of(thread.conversation.id ?? "").target === entry.id);
  const accounts = [entry.accountId, ...(entry.alsoDeliveredTo ?? [])].filter(Boolean).join(", ");
  // It counts as the answer, but nobody has talked to them yet.
  const answer = entry.channel === "CHANNEL_PHONE" ? thread.entries.find(({id}) => id === entry.answeredByEntryId) : undefined;
  const callBack = answer?.delivery === "DELIVERY_STATE_QUEUED" ? answer : undefined;
  const reply = () => {
    choose(thread, {target: entry.id ?? "", mode: "reply"});
    focusComposer();
  };
  return (
    <article class={`entry inbound ${chosen ? "chosen" : ""}`}>
      <header class="meta">
        <strong>{entry.sender?.name || addressText(entry.sender?.address) || t("customer")}</strong>
        {entry.sender?.name && <span class="quiet">{addressText(entry.sender.address)}</span>}
        {!entry.senderVerified && <span class="quiet mark" title={t("unverifiedHint")}>{t("unverified")}</span>}
        <Time ms={entry.acceptedAtMs} />
      </header>
      <p class="meta">
        <ChannelChip channel={entry.channel} />
        <PublicBadge entry={entry} />
        {accounts && <span class="quiet">{t("cameTo", {accounts})}</span>}
        <Threaded entry={entry} />
        {entry.obligation && !callBack && <span class={`badge ${owed ? "open" : "done"}`}>{obligationName((waiting[0] ?? entry).obligation)}</span>}
      </p>
      {entry.content?.subject && <h3 class="subject-line" dir="auto">{entry.content.subject}</h3>}
      <CallLine state={state} thread={thread} entry={entry} />
      <GoesOutLater state={state} entry={callBack} />
      <EntryBody entry={entry} />
      {entry.linkedConversationId && <p class="notice">{t("linkedElsewhere")} <a href={`#${entry.linkedConversationId}`}>{t("openThat")}</a></p>}
      {mine && (
        <footer class="row">
          {!(entry.call && isLive(entry.call)) && !(entry.channel === "CHANNEL_PHONE" && thread.conversation.waitingCallbacks?.length) && <button type="button" class="small" aria-pressed={chosen} onClick={reply}>{t(chosen ? "replyingToThis" : entry.channel === "CHANNEL_PHONE" ? "callBack" : "reply")}</button>}
          {owed && <button type="button" class="plain small" onClick={() => waive(thread.conversation, waiting)}>{t("needsNoAnswer")}</button>}
        </footer>
      )}
    </article>
  );
}

/** That a mail did not begin its thread, and what led it there. */
function Threaded({entry}: {entry: Entry}) {
  if (entry.channel !== "CHANNEL_EMAIL" || !entry.threadedBy) return null;
  const by = {
    THREADED_BY_UNSPECIFIED: undefined, THREADED_BY_ADDRESS: "threadedByAddress", THREADED_BY_MESSAGE_ID: "threadedByMessageId",
    THREADED_BY_SUBJECT_MARK: "threadedByMark", THREADED_BY_REFERENCE: "threadedByReference",
  } as const;
  const word = by[entry.threadedBy];
  return word ? <span class="quiet mark" title={t(word)}>{t("threaded")}</span> : null;
}

/** Why an answer went out on this channel: the message that it is bound to, or the reason for leaving that. */
function WhyHere({state, thread, entry, reveal}: EntryProps) {
  const answered = thread.entries.find((other) => other.id === entry.answersEntryId);
  const channel = channelName(entry.channel);
  if (entry.kind === "ENTRY_KIND_STARTED") return <p class="quiet why">{t("startedWhy", {channel, reason: entry.reason ?? ""})}</p>;
  if (!answered) return <p class="quiet why">{t("answersOlder", {channel})}</p>;
  const time = (
    <button type="button" class="link" title={t("answersThis")} onClick={() => reveal(answered.id ?? "")}>
      {timeText(answered.acceptedAtMs, serverNow(state))}
    </button>
  );
  const left = thread.entries.find((other) => other.kind === "ENTRY_KIND_CHANNEL_SWITCH" && other.answersEntryId === entry.answersEntryId &&
    Number(other.sequence ?? 0) < Number(entry.sequence ?? 0) && Number(other.sequence ?? 0) >= Number(entry.sequence ?? 0) - 2);
  const elsewhere = left ?? (answered.channel !== entry.channel ? entry : undefined);
  return (
    <p class="quiet why">
      {elsewhere
        ? rich<string | preact.JSX.Element>("whySwitched", {channel, time, bound: channelName(answered.channel), reason: elsewhere.reason ?? ""})
        : rich<string | preact.JSX.Element>("whyHere", {channel, time})}
    </p>
  );
}

function Reply(props: EntryProps) {
  const {state, thread, entry} = props;
  const trouble = isTrouble(entry.delivery);
  const {conversation} = thread;
  const mayWithdraw = conversation.waitingCallbacks?.some(({entryId}) => entryId === entry.id) &&
    (isMine(state, conversation) || conversation.ticket?.state !== "TICKET_STATE_ASSIGNED");
  const tone = trouble ? "bad" : entry.delivery === "DELIVERY_STATE_QUEUED" ? "" : "done";
  return (
    <article class={`entry reply ${trouble ? "trouble" : ""}`}>
      <header class="meta">
        <strong>{agentName(state, entry.agentId) || "Hark"}</strong>
        <span class="quiet">{t("goesTo", {who: personText(entry.to)})}</span>
        <Time ms={entry.acceptedAtMs} />
      </header>
      <p class="meta">
        <ChannelChip channel={entry.channel} />
        <PublicBadge entry={entry} />
        {entry.accountId && <span class="quiet">{t("leftFrom", {account: entry.accountId})}</span>}
        {entry.template && <span class="quiet">{t("sentAsTemplate", {name: entry.template.name ?? ""})}</span>}
        {entry.delivery && <span class={`badge ${tone}`}>{deliveryName(entry.delivery)}</span>}
      </p>
      {entry.kind === "ENTRY_KIND_STARTED" && entry.content?.subject && <h3 class="subject-line" dir="auto">{entry.content.subject}</h3>}
      {entry.cc?.length ? <p class="quiet">{t("copyTo", {who: entry.cc.map(personText).join(", ")})}</p> : null}
      {trouble && <p class="notice bad" role="note">{deliveryName(entry.delivery)}: {entry.deliveryDetail || t("deliveryNoReason")}</p>}
      <CallLine state={state} thread={thread} entry={entry} />
      <GoesOutLater state={state} entry={entry} />
      <EntryBody entry={entry} />
      <WhyHere {...props} />
      {mayWithdraw && (
        <footer class="row">
          <button type="button" class="plain small withdraw" onClick={() => withdrawCallback(thread.conversation, entry.id ?? "")}>{t("withdrawCallBack")}</button>
        </footer>
      )}
    </article>
  );
}

function Note({state, entry}: EntryProps) {
  return (
    <article class={`entry note ${entry.whisperTo ? "whisper" : ""}`}>
      <header class="meta">
        <strong>{agentName(state, entry.agentId)}</strong>
        <span class="badge">{entry.whisperTo ? t("whisperTo", {who: agentName(state, entry.whisperTo)}) : t("noteInternal")}</span>
        {entry.mentions?.includes(state.me?.id ?? "") && <span class="badge open">{t("mentionedYou")}</span>}
        <Time ms={entry.acceptedAtMs} />
      </header>
      <div class="text" dir="auto">{withMentions(state, entry)}</div>
    </article>
  );
}

function AutoReply({entry}: EntryProps) {
  return (
    <article class="entry inbound auto">
      <header class="meta"><strong>{personText(entry.sender)}</strong><span class="badge">{t("autoReply")}</span><PublicBadge entry={entry} /><Time ms={entry.acceptedAtMs} /></header>
      <EntryBody entry={entry} />
    </article>
  );
}

export function EntryView(props: EntryProps) {
  switch (props.entry.kind) {
    case "ENTRY_KIND_INBOUND": return <Inbound {...props} />;
    case "ENTRY_KIND_STARTED":
    case "ENTRY_KIND_REPLY": return <Reply {...props} />;
    case "ENTRY_KIND_NOTE": return <Note {...props} />;
    case "ENTRY_KIND_AUTO_REPLY": return <AutoReply {...props} />;
    default: return <Status {...props} />;
  }
}
