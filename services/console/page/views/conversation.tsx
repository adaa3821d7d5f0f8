// The middle: one conversation, all channels on one timeline, and where one writes.
import type {Conversation, Entry, TicketVerdict} from "hark/v1";
import {useRef, useState} from "preact/hooks";
import {loadEarlier, select} from "../conversations.js";
import {customerText, dayText, isSameDay, ticketStateName, timeText} from "../format.js";
import {holdStateName, holdStates, putOnHold, release} from "../holds.js";
import {store} from "../session.js";
import {agentName, isMine, isSupervisor, selectedThread, sequenceOf, serverNow, type State, type Thread} from "../store/state.js";
import {reassign, reopen, resolve, takeOver, transfer, whisper} from "../tickets.js";
import {t} from "../words/words.js";
import {CallCard} from "./call_card.js";
import {Composer} from "./composer.js";
import {EntryView} from "./entry.js";
import {Icon} from "./icons.js";
import {Avatar} from "./parts.js";
import {UnfetchedOffer} from "./unfetched.js";
import {Windowed} from "./windowed.js";

/** Its holder, and supervisors. */
const mayHold = (state: State, conversation: Conversation): boolean =>
  isMine(state, conversation) || (isSupervisor(state) && Boolean(conversation.ticket?.agentId));

export function Actions({state, conversation}: {state: State; conversation: Conversation}) {
  const {ticket} = conversation;
  const mine = isMine(state, conversation);
  const standing = ticket && ticket.state !== "TICKET_STATE_RESOLVED";
  return (
    <div class="actions">
      {mine && <button id="transfer" type="button" onClick={() => transfer(conversation)}>{t("transfer")}</button>}
      {mayHold(state, conversation) && !ticket?.hold && holdStates().length > 0 && (
        <button id="hold" type="button" onClick={() => putOnHold(conversation, !mine)}>{t("holdOk")}</button>
      )}
      {mine && <button id="resolve" type="button" aria-disabled={ticket?.onTheLine ? "true" : undefined} title={ticket?.onTheLine ? t("resolveAfterCall") : undefined}
                       onClick={() => resolve(conversation)}>{t("resolve")}</button>}
      {ticket?.state === "TICKET_STATE_RESOLVED" && <button id="reopen" type="button" onClick={() => reopen(conversation)}>{t("reopen")}</button>}
      {isSupervisor(state) && standing && !mine && (
        <>
          {ticket.agentId && <button type="button" onClick={() => whisper(conversation)}>{t("whisper")}</button>}
          <button type="button" onClick={() => reassign(ticket)}>{t("reassign")}</button>
          <button type="button" onClick={() => takeOver(ticket.id ?? "", conversation.id ?? "")}>{t("takeOver")}</button>
        </>
      )}
    </div>
  );
}

/** A sentiment at which, and below, a customer counts as displeased (conversation.proto). */
const DISPLEASED = -30;

/** What the ticket's text said of it; the words that said so are the badges' title. */
function VerdictBadges({verdict}: {verdict?: TicketVerdict}) {
  if (!verdict) return null;
  const words = [
    verdict.complaint && t("verdictComplaint"),
    verdict.urgent && t("verdictUrgent"),
    (verdict.sentiment ?? 0) <= DISPLEASED && t("verdictDispleased"),
    ...(verdict.topics ?? []),
    verdict.language,
  ].filter((word): word is string => Boolean(word));
  return <p id="verdict" class="head-badges" title={verdict.explanation}>{words.map((word) => <span class="badge">{word}</span>)}</p>;
}

function Head({state, thread}: {state: State; thread: Thread}) {
  const {conversation} = thread;
  const {ticket} = conversation;
  const holder = ticket?.state === "TICKET_STATE_ASSIGNED" ? (isMine(state, conversation) ? t("yours") : agentName(state, ticket.agentId)) : "";
  return (
    <header id="conversation-head" class="head">
      <button type="button" class="plain narrow-only" aria-label={t("back")} onClick={() => store.patch({pane: "work"})}><Icon name="back" /></button>
      <Avatar name={customerText(conversation)} />
      <div class="head-words">
        <h2 id="customer">{customerText(conversation)}</h2>
        <p class="quiet line-clamp">{ticket?.subject || ticket?.preview}</p>
      </div>
      <VerdictBadges verdict={ticket?.verdict} />
      <p id="ticket-state" class={`badge ${holder === t("yours") ? "mine" : ""}`}>{ticketStateName(ticket?.state)}{holder && ` · ${holder}`}</p>
      <Actions state={state} conversation={conversation} />
      <button type="button" class="plain narrow-only" aria-label={t("customer")} onClick={() => store.patch({pane: "customer"})}><Icon name="person" /></button>
    </header>
  );
}

/** For what it is left alone, and until when. */
function OnHold({state, conversation}: {state: State; conversation: Conversation}) {
  const hold = conversation.ticket?.hold;
  if (!hold) return null;
  return (
    <p id="hold-state" class="on-hold line">
      <span>{t("onHold")}: {t("holdUntil", {what: holdStateName(hold.state), time: timeText(hold.untilMs, serverNow(state))})}{hold.reason && `: ${hold.reason}`}</span>
      {mayHold(state, conversation) && (
        <button id="release" type="button" class="small" onClick={() => void release(conversation, !isMine(state, conversation))}>{t("resumeWork")}</button>
      )}
    </p>
  );
}

/** Who else has it open, and who types. */
function Present({state, thread}: {state: State; thread: Thread}) {
  return (
    <p class="present" aria-live="polite">
      {[...thread.attention].map(([id, {typing}]) => (
        <span class={typing ? "typing" : ""}>{!id ? t("customerIsTyping") : t(typing ? "isTyping" : "isHere", {who: agentName(state, id)})}</span>
      ))}
    </p>
  );
}

function Timeline({state, thread}: {state: State; thread: Thread}) {
  const list = useRef<Windowed<Entry>>(null);
  const [away, setAway] = useState<number | null>(null);  // the last sequence that was there when the person scrolled up
  const {entries, conversation} = thread;
  const id = conversation.id ?? "";
  const last = entries.at(-1);
  const below = away === null || !last ? 0 : entries.filter((entry) => sequenceOf(entry) > away).length;
  const first = entries[0];
  const whole = first && sequenceOf(first) <= 1;
  const reveal = (entryId: string) => {
    const entry = entries.find((one) => one.id === entryId);
    if (entry) list.current?.reveal(String(entry.sequence));
  };
  return (
    <div class="timeline-box">
      <Windowed<Entry>
        ref={list} list={id} label={t("timeline")} items={entries} keyOf={(entry) => String(entry.sequence)}
        before={<p class="before quiet">{thread.loadingEarlier ? t("loadingEarlier") : whole ? t("beginning") : " "}</p>}
        onNearTop={() => void loadEarlier(id)}
        onAnchor={(anchor) => setAway((was) => (anchor === "end" ? null : (was ?? (last ? sequenceOf(last) : 0))))}
        show={(entry, i) => (
          <>
            {!isSameDay(entries[i - 1]?.acceptedAtMs, entry.acceptedAtMs) && <p class="day"><span>{dayText(entry.acceptedAtMs, serverNow(state))}</span></p>}
            <EntryView state={state} thread={thread} entry={entry} reveal={reveal} goesOn={Boolean(entry.group) && entries[i - 1]?.group === entry.group} />
          </>
        )} />
      {away !== null && (
        <button type="button" id="to-newest" class={`to-newest ${below ? "news" : ""}`} onClick={() => list.current?.toEnd()}>
          <Icon name="down" /> {below ? t("newBelow", {count: below}) : t("toNewest")}
        </button>
      )}
    </div>
  );
}

export function ConversationPane({state}: {state: State}) {
  const thread = selectedThread(state);
  return (
    <main class="conversation" aria-labelledby="customer" id="conversation">
      {thread
        ? (
          <>
            <Head state={state} thread={thread} />
            <OnHold state={state} conversation={thread.conversation} />
            <CallCard key={`${thread.conversation.id} call`} state={state} thread={thread} />
            <Timeline key={thread.conversation.id} state={state} thread={thread} />
            <Present state={state} thread={thread} />
            <UnfetchedOffer state={state} thread={thread} />
            <Composer key={thread.conversation.id} state={state} thread={thread} />
          </>
        )
        : (
          <>
          <CallCard state={state} thread={undefined} />
          <div class="nothing">
            {state.openError ? <p class="error" role="alert">{state.openError}</p> : <p id="customer">{t("noneOpen")}</p>}
            <p class="quiet">{t("noneOpenHint")}</p>
            {state.openError && <button type="button" onClick={() => select("")}>{t("back")}</button>}
          </div>
          </>
        )}
    </main>
  );
}
