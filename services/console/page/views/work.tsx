// The left: what is offered to the agent, what they hold, and finding everything else.
import type {ConsoleResponse_Found_Hit, Conversation} from "hark/v1";
import {useRef} from "preact/hooks";
import {callbackText} from "../callbacks.js";
import {loadAll, search, searchedBackToMs, select} from "../conversations.js";
import {countdownText, customerText, ticketStateName, timeText} from "../format.js";
import {beginWrapUp, drafts, endWrapUp, store} from "../session.js";
import {isEmpty} from "../compose/drafts.js";
import {agentName, serverNow, type State} from "../store/state.js";
import {workOf} from "../store/work.js";
import {holdStateName} from "../holds.js";
import {t, type WordKey} from "../words/words.js";
import {Icon} from "./icons.js";
import {OfferCount, Offers} from "./offers.js";
import {ChannelChip, Section, useServerNow} from "./parts.js";

function ConversationCard({state, conversation, showState, excerpt}: {
  state: State; conversation: Conversation; showState?: boolean; excerpt?: preact.ComponentChildren;
}) {
  const {ticket, id = ""} = conversation;
  const owed = conversation.openObligations?.length ?? 0;
  const holder = ticket?.agentId ? agentName(state, ticket.agentId) : ticketStateName(ticket?.state);
  const writing = Object.values(drafts.of(id).drafts).some((draft) => !isEmpty(draft));
  return (
    <li>
      <button type="button" class="card item" aria-current={id === state.selected ? "true" : undefined} onClick={() => select(id)}>
        <span class="line">
          <strong class="name">{customerText(conversation)}</strong>
          {conversation.updatedAtMs && <span class="quiet time">{timeText(conversation.updatedAtMs, serverNow(state))}</span>}
        </span>
        <span class="subject" dir="auto">{ticket?.subject || ticket?.preview || t("noSubject")}</span>
        {excerpt}
        {conversation.waitingCallbacks?.map((callback) => <span key={callback.entryId} class="quiet line-clamp">{callbackText(state, callback)}</span>)}
        {ticket?.hold && <span class="quiet line-clamp">{t("holdUntil", {what: holdStateName(ticket.hold.state), time: timeText(ticket.hold.untilMs, serverNow(state))})}</span>}
        <span class="line">
          <ChannelChip channel={ticket?.channel} />
          {showState && <span class="quiet">{holder}</span>}
          {writing && <span class="badge">✎</span>}
          {owed > 0 && <span class="badge open">{t("unanswered", {count: owed})}</span>}
        </span>
      </button>
    </li>
  );
}

function WrapUp({state}: {state: State}) {
  const left = Number(state.me?.wrapUpUntilMs ?? 0) - useServerNow(500);
  const offered = Number(state.me?.wrapUpOfferedMs ?? 0);
  if (left <= 0 && offered <= 0) return null;
  const forced = state.me?.wrapUpForced;
  return (
    <Section title={t("wrapUp")}>
      {left > 0
        ? (
          <div class="card wrap-up">
            <p>{t(forced ? "wrapUpForced" : "wrapUpUntil", {time: countdownText(left)})}</p>
            {!forced && <button type="button" class="small" onClick={() => void endWrapUp()}>{t("readyNow")}</button>}
          </div>
        )
        : (
          <div class="card wrap-up">
            <p>{t("wrapUpOffered", {time: countdownText(offered)})}</p>
            <button type="button" id="take-wrap-up" class="small" onClick={() => void beginWrapUp()}>{t("takeWrapUp")}</button>
          </div>
        )}
    </Section>
  );
}

function MyWork({state}: {state: State}) {
  const {live, due, callbacks, waiting, held} = workOf(state);
  return (
    <>
      {live.length > 0 && (
        <Section title={t("onThePhone")}>
          <ul id="on-the-phone" class="cards">{live.map((one) => <ConversationCard key={one.id} state={state} conversation={one} />)}</ul>
        </Section>
      )}
      <Offers state={state} />
      <WrapUp state={state} />
      <Section title={t("toAnswer")} count={due.length}>
        <ul id="assigned" class="cards">{due.map((one) => <ConversationCard key={one.id} state={state} conversation={one} />)}</ul>
        {!due.length && <p class="empty">{t(state.workKnown ? "nothingToAnswer" : "loading")}</p>}
      </Section>
      {callbacks.length > 0 && (
        <Section title={t("callBacks")} count={callbacks.length}>
          <ul id="callbacks" class="cards">{callbacks.map((one) => <ConversationCard key={one.id} state={state} conversation={one} />)}</ul>
        </Section>
      )}
      {waiting.length > 0 && (
        <Section title={t("waitingOnCustomer")} count={waiting.length}>
          <ul id="waiting" class="cards">{waiting.map((one) => <ConversationCard key={one.id} state={state} conversation={one} />)}</ul>
        </Section>
      )}
      {held.length > 0 && (
        <Section title={t("onHold")} count={held.length}>
          <ul id="on-hold" class="cards">{held.map((one) => <ConversationCard key={one.id} state={state} conversation={one} />)}</ul>
        </Section>
      )}
    </>
  );
}

function Everyones({state}: {state: State}) {
  const {items, loading, error, nextPage} = state.all;
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={state.allResolved} onChange={(event) => { store.patch({allResolved: event.currentTarget.checked}); void loadAll(); }} /> {t("alsoResolved")}
      </label>
      <ul id="all" class="cards">{items.map((one) => <ConversationCard key={one.id} state={state} conversation={one} showState />)}</ul>
      {error ? <p class="error" role="alert">{error}</p> : !items.length && <p class="empty">{t(loading ? "loading" : "none")}</p>}
      {nextPage && <button type="button" class="plain wide" onClick={() => void loadAll(true)}>{t("showMore")}</button>}
    </>
  );
}

const WHERE: Record<string, WordKey> = {name: "foundInName", address: "foundInAddress", subject: "foundInSubject", text: "foundInText"};
const whereText = ({where}: ConsoleResponse_Found_Hit): string => (where && WHERE[where] ? t(WHERE[where]) : "");

function Found({state}: {state: State}) {
  const {items, loading, error, nextPage} = state.found;
  return (
    <>
      <ul id="found" class="cards" aria-label={t("searchConversations")}>
        {items.map((hit) => (
          <ConversationCard key={hit.conversation?.id} state={state} conversation={hit.conversation ?? {}} showState
                            excerpt={hit.excerpt && <span class="preview" dir="auto"><span class="quiet">{whereText(hit)}: </span>{hit.excerpt}</span>} />
        ))}
      </ul>
      <p class="empty" role="status">{error || (loading ? t("loading") : items.length ? "" : t("nothingFound"))}</p>
      {nextPage && <p class="quiet">{t("searchedBackTo", {time: timeText(searchedBackToMs, serverNow(state))})}</p>}
      {nextPage && <button type="button" class="plain wide" onClick={() => void search(state.query, true)}>{t("searchFurther")}</button>}
    </>
  );
}

const SEARCH_AFTER_MS = 250;

function SearchField({state}: {state: State}) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = (query: string) => {
    store.patch({query});
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void search(query), query ? SEARCH_AFTER_MS : 0);
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input id="search" type="search" value={state.query} placeholder={t("searchConversations")} aria-label={t("searchConversations")} maxLength={200}
             onInput={(event) => input(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Escape") input(""); }} />
    </div>
  );
}

export function WorkPane({state}: {state: State}) {
  const tab = (name: "mine" | "all", label: preact.ComponentChildren) => (
    <button type="button" role="tab" id={`tab-${name}`} aria-selected={state.workTab === name} aria-controls="work-panel" tabIndex={state.workTab === name ? 0 : -1}
            onClick={() => { store.patch({workTab: name}); if (name === "all") void loadAll(); }}>{label}</button>
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = document.querySelector<HTMLElement>(state.workTab === "mine" ? "#tab-all" : "#tab-mine");
    other?.click();
    other?.focus();
  };
  return (
    <nav class="work" aria-label={t("work")}>
      <SearchField state={state} />
      {state.query.trim()
        ? <Found state={state} />
        : (
          <>
            <div class="tabs" role="tablist" aria-label={t("work")} onKeyDown={onKeyDown}>{tab("mine", <>{t("myWork")}<OfferCount state={state} /></>)}{tab("all", t("everyones"))}</div>
            <div id="work-panel" role="tabpanel" aria-labelledby={`tab-${state.workTab}`}>
              {state.workTab === "mine" ? <MyWork state={state} /> : <Everyones state={state} />}
            </div>
          </>
        )}
    </nav>
  );
}
