// The right: who the customer is, and what was before.
import type {PossibleMatch, Ticket} from "hark/v1";
import {joinFound, joinMatch, takeApart} from "../customers.js";
import {addressText, customerText, ticketStateName, timeText, waitText} from "../format.js";
import {preferredText, setPreferred} from "../holds.js";
import {store} from "../session.js";
import {agentName, selectedThread, serverNow, type State, type Thread} from "../store/state.js";
import {waitsSince} from "../store/work.js";
import {t} from "../words/words.js";
import {Icon} from "./icons.js";
import {Avatar, ChannelChip, Time, useServerNow} from "./parts.js";

const NOTES_SHOWN = 5;

function Addresses({thread}: {thread: Thread}) {
  return (
    <section aria-labelledby="addresses-title">
      <h3 id="addresses-title">{t("addresses")}</h3>
      <ul id="addresses" class="address-list">
        {(thread.conversation.addresses ?? []).filter(({customerId}) => !customerId).map(({address = "", verified}) => (
          <li>
            <span class="address" title={address}>{addressText(address)}</span>
            {verified
              ? <span class="verified" title={t("verified")}><Icon name="check" /><span class="hidden">{t("verified")}</span></span>
              : <span class="quiet" title={t("unverifiedHint")}>{t("unverified")}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function TicketFacts({state, thread}: {state: State; thread: Thread}) {
  const {ticket, openObligations} = thread.conversation;
  const now = useServerNow(10_000);
  const waits = waitsSince(thread);
  const standing = ticket?.state !== "TICKET_STATE_RESOLVED";
  const facts: [string, string][] = [
    [t("state"), ticketStateName(ticket?.state) + (ticket?.agentId ? `, ${agentName(state, ticket.agentId)}` : "")],
    [t("opened"), ticket?.openedAtMs ? timeText(ticket.openedAtMs, now) : ""],
    [t("waiting"), waits ? waitText(now - waits) : ""],
    [t("resolvedAt"), !standing && ticket?.resolvedAtMs ? timeText(ticket.resolvedAtMs, now) : ""],
    [t("disposition"), ticket?.disposition ?? ""],
    [t("unansweredCount"), openObligations?.length ? String(openObligations.length) : ""],
    [t("wished"), [agentName(state, ticket?.wantedAgentId), ...(ticket?.wantedSkills ?? []), ticket?.wantedQueueId ?? ""].filter(Boolean).join(", ")],
  ];
  return (
    <section aria-labelledby="ticket-title">
      <h3 id="ticket-title">{t("ticket")}</h3>
      <dl id="ticket-facts" class="facts">{facts.filter(([, value]) => value).map(([name, value]) => <div><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </section>
  );
}

function Preferred({thread}: {thread: Thread}) {
  return (
    <section aria-labelledby="preferred-title">
      <h3 id="preferred-title">{t("preferredAgents")}</h3>
      <p id="preferred">{preferredText(thread.conversation) || <span class="empty">{t("none")}</span>}</p>
      <button type="button" class="plain small" onClick={() => setPreferred(thread.conversation)}>{t("preferredTitle")}</button>
    </section>
  );
}

function EarlierTickets({state, thread}: {state: State; thread: Thread}) {
  const earlier = (thread.tickets ?? []).filter((ticket) => ticket.id !== thread.conversation.ticket?.id);
  const line = (ticket: Ticket) => (
    <li>
      <ChannelChip channel={ticket.channel} bare />
      <span class="line-clamp">{ticket.subject || ticket.preview || t("noSubject")}</span>
      <span class="quiet">{ticket.disposition || ticketStateName(ticket.state)} · {timeText(ticket.resolvedAtMs ?? ticket.openedAtMs, serverNow(state))}</span>
    </li>
  );
  return (
    <section aria-labelledby="earlier-title">
      <h3 id="earlier-title">{t("earlierTickets")}</h3>
      {earlier.length ? <ul class="tickets">{earlier.map(line)}</ul> : <p class="empty">{t("noEarlierTickets")}</p>}
    </section>
  );
}

/** Claims of the customer's that nobody vouches for, and threads of others that they hit. */
function matchesOf({conversation, entries}: Thread): PossibleMatch[] {
  const claimed = conversation.possibleMatches ?? [];
  const known = new Set(claimed.map((match) => match.conversationId));
  const hit = [...new Set(entries.map((entry) => entry.linkedConversationId ?? ""))]
    .filter((id) => id && !known.has(id) && !conversation.mergedCustomerIds?.includes(id) && id !== conversation.id);
  return [...claimed, ...hit.map((conversationId) => ({conversationId, why: t("linkedElsewhere")}))];
}

function Matches({thread}: {thread: Thread}) {
  const matches = matchesOf(thread);
  return (
    <section aria-labelledby="matches-title">
      <h3 id="matches-title">{t("possibleMatches")}</h3>
      {!matches.length && <p class="empty">{t("noMatches")}</p>}
      <ul id="matches" class="address-list">
        {matches.map((match) => (
          <li>
            {match.address && <span class="address">{addressText(match.address)}</span>}
            <span class="quiet">{match.why}</span>
            {match.conversationId
              ? (
                <span class="row">
                  <a href={`#${match.conversationId}`}>{t("openThat")}</a>
                  <button type="button" class="plain small" onClick={() => void joinMatch(thread.conversation, match)}>{t("join")}</button>
                </span>
              )
              : <span class="quiet">{t("nobodysAddress")}</span>}
          </li>
        ))}
      </ul>
      <button type="button" id="join" class="plain small" onClick={() => joinFound(thread.conversation)}>{t("joinSearchTitle")}…</button>
    </section>
  );
}

/** Customers who were joined to this one, each with their own addresses. */
function Joined({thread}: {thread: Thread}) {
  const {mergedCustomerIds = [], addresses = []} = thread.conversation;
  if (!mergedCustomerIds.length) return null;
  return (
    <section aria-labelledby="joined-title">
      <h3 id="joined-title">{t("joinedCustomers")}</h3>
      <ul id="joined" class="address-list">
        {mergedCustomerIds.map((id) => (
          <li>
            {addresses.filter(({customerId}) => customerId === id).map(({address = "", verified}) => (
              <span class="address" title={address}>{addressText(address)}{verified && <span class="verified"><Icon name="check" /><span class="hidden">{t("verified")}</span></span>}</span>
            ))}
            <button type="button" class="plain small" onClick={() => takeApart(thread.conversation, id)}>{t("takeApart")}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Notes({state, thread}: {state: State; thread: Thread}) {
  const notes = thread.entries.filter((entry) => entry.kind === "ENTRY_KIND_NOTE").slice(-NOTES_SHOWN).reverse();
  return (
    <section aria-labelledby="notes-title">
      <h3 id="notes-title">{t("notes")}</h3>
      {!notes.length && <p class="empty">{t("noNotes")}</p>}
      <ul class="notes">
        {notes.map((note) => <li><p class="line"><strong>{agentName(state, note.agentId)}</strong><Time ms={note.acceptedAtMs} /></p><p dir="auto">{note.content?.text}</p></li>)}
      </ul>
    </section>
  );
}

export function CustomerPane({state}: {state: State}) {
  const thread = selectedThread(state);
  if (!thread) return <aside class="customer-pane" aria-label={t("customer")} />;
  const name = customerText(thread.conversation);
  return (
    <aside class="customer-pane" aria-label={t("customer")} tabIndex={0}>
      <div class="who-is">
        <button type="button" class="plain narrow-only" aria-label={t("back")} onClick={() => store.patch({pane: "conversation"})}><Icon name="back" /></button>
        <Avatar name={name} /><h2>{name}</h2>
      </div>
      <Addresses thread={thread} />
      <Joined thread={thread} />
      <Matches thread={thread} />
      <TicketFacts state={state} thread={thread} />
      <Preferred thread={thread} />
      <EarlierTickets state={state} thread={thread} />
      <Notes state={state} thread={thread} />
    </aside>
  );
}
