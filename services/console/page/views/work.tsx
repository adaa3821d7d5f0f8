// The left: what is offered to the agent, what they hold, and finding everything else.
import type {ConsoleResponse_Found_Hit, Conversation, Offer} from "hark/v1";
import {useRef} from "preact/hooks";
import {callbackText} from "../callbacks.js";
import {loadAll, search, searchedBackToMs, select} from "../conversations.js";
import {addressText, countdownText, customerText, personText, ticketStateName, timeText, waitText} from "../format.js";
import {beginWrapUp, drafts, endWrapUp, store} from "../session.js";
import {isEmpty} from "../compose/drafts.js";
import {agentName, serverNow, type State} from "../store/state.js";
import {workOf} from "../store/work.js";
import {holdStateName} from "../holds.js";
import {accept, busyOffers, decline, refusedOffers} from "../tickets.js";
import {t, type WordKey} from "../words/words.js";
import {Icon} from "./icons.js";
import {ChannelChip, useServerNow} from "./parts.js";

const OFFER_MS = 30_000;

/** Runs on the server's clock, so a wrong one on this machine does not matter. */
function Countdown({offer}: {offer: Offer}) {
  const left = Number(offer.expiresAtMs ?? 0) - useServerNow(250);
  const whole = Number(offer.expiresAtMs ?? 0) - Number(offer.offeredAtMs ?? 0) || OFFER_MS;
  return (
    <>
      <span class={`countdown ${left < 10_000 ? "late" : ""}`} role="timer">{left > 0 ? t("secondsLeft", {seconds: Math.ceil(left / 1000)}) : t("runOut")}</span>
      <span class="meter"><span style={{transform: `scaleX(${Math.max(0, Math.min(1, left / whole))})`}} /></span>
    </>
  );
}

function OfferCard({state, offer}: {state: State; offer: Offer}) {
  const ticket = offer.ticket ?? {};
  const id = offer.id ?? "";
  const refused = refusedOffers.get(id);
  return (
    <li class="card offer">
      <div class="line">
        <strong class="name">{ticket.sender?.name || personText(ticket.sender) || t("aCustomer")}</strong>
        <Countdown offer={offer} />
      </div>
      {ticket.sender?.name && <p class="quiet subject">{addressText(ticket.sender.address)}</p>}
      {ticket.subject && <p class="subject" dir="auto">{ticket.subject}</p>}
      <p class="preview" dir="auto">{ticket.preview}</p>
      <div class="line">
        <ChannelChip channel={ticket.channel} />
        {ticket.waitingSinceMs && <span class="quiet">{t("waitingFor", {time: waitText(serverNow(state) - Number(ticket.waitingSinceMs))})}</span>}
      </div>
      {offer.explanation && <p class="quiet">{t("whyYou", {why: offer.explanation})}</p>}
      {refused && <p class="error" role="alert">{refused}</p>}
      <div class="row">
        <button type="button" class="primary" disabled={busyOffers.has(id)} onClick={() => void accept(offer)}>{t("accept")}</button>
        <button type="button" disabled={busyOffers.has(id)} onClick={() => decline(offer)}>{t("decline")}</button>
      </div>
    </li>
  );
}

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

function Section({title, count, children}: {title: string; count?: number; children: preact.ComponentChildren}) {
  return <section><h2>{title}{count ? <span class="count">{count}</span> : null}</h2>{children}</section>;
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

/** Why there is no offer. */
function nothingOffered({me}: State): WordKey {
  switch (me?.presence) {
    case "PRESENCE_AVAILABLE": return me.capacityUnits && (me.usedUnits ?? 0) >= me.capacityUnits ? "fullNothingOffered" : "nothingOffered";
    case "PRESENCE_AWAY": return "awayNothingOffered";
    case "PRESENCE_OFFLINE": return "offlineNothingOffered";
    default: return "loading";
  }
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
      <Section title={t("offers")} count={state.offers.length}>
        <ul id="offers" class="cards">{state.offers.map((offer) => <OfferCard key={offer.id} state={state} offer={offer} />)}</ul>
        {!state.offers.length && <p class="empty">{t(nothingOffered(state), {used: state.me?.usedUnits ?? 0, all: state.me?.capacityUnits ?? 0})}</p>}
      </Section>
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
  const tab = (name: "mine" | "all", label: string) => (
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
            <div class="tabs" role="tablist" aria-label={t("work")} onKeyDown={onKeyDown}>{tab("mine", t("myWork"))}{tab("all", t("everyones"))}</div>
            <div id="work-panel" role="tabpanel" aria-labelledby={`tab-${state.workTab}`}>
              {state.workTab === "mine" ? <MyWork state={state} /> : <Everyones state={state} />}
            </div>
          </>
        )}
    </nav>
  );
}
