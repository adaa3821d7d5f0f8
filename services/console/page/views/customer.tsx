// The right: who the customer is, and what was before.
import type {Ticket} from "hark/v1";
import {addressText, customerText, ticketStateName, timeText, waitText} from "../format.js";
import {store} from "../session.js";
import {agentName, selectedThread, serverNow, type State, type Thread} from "../store/state.js";
import {t} from "../words/words.js";
import {Icon} from "./icons.js";
import {Avatar, ChannelChip, Time} from "./parts.js";

const NOTES_SHOWN = 5;

function Addresses({thread}: {thread: Thread}) {
  return (
    <section aria-labelledby="addresses-title">
      <h3 id="addresses-title">{t("addresses")}</h3>
      <ul id="addresses" class="address-list">
        {(thread.conversation.addresses ?? []).map(({address = "", verified}) => (
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
  const now = serverNow(state);
  const standing = ticket?.state !== "TICKET_STATE_RESOLVED";
  const facts: [string, string][] = [
    [t("state"), ticketStateName(ticket?.state) + (ticket?.agentId ? `, ${agentName(state, ticket.agentId)}` : "")],
    [t("opened"), ticket?.openedAtMs ? timeText(ticket.openedAtMs, now) : ""],
    [t("waiting"), standing && ticket?.waitingSinceMs ? waitText(now - Number(ticket.waitingSinceMs)) : ""],
    [t("resolvedAt"), !standing && ticket?.resolvedAtMs ? timeText(ticket.resolvedAtMs, now) : ""],
    [t("disposition"), ticket?.disposition ?? ""],
    [t("unansweredCount"), openObligations?.length ? String(openObligations.length) : ""],
    [t("wished"), [agentName(state, ticket?.wantedAgentId), ...(ticket?.wantedSkills ?? [])].filter(Boolean).join(", ")],
  ];
  return (
    <section aria-labelledby="ticket-title">
      <h3 id="ticket-title">{t("ticket")}</h3>
      <dl id="ticket-facts" class="facts">{facts.filter(([, value]) => value).map(([name, value]) => <div><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
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

function Matches({thread}: {thread: Thread}) {
  const linked = [...new Set(thread.entries.map((entry) => entry.linkedConversationId).filter(Boolean))];
  if (!linked.length) return null;
  return (
    <section aria-labelledby="matches-title">
      <h3 id="matches-title">{t("possibleMatches")}</h3>
      <ul>{linked.map((id) => <li><a href={`#${id}`}>{t("openThat")}</a></li>)}</ul>
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
      <Matches thread={thread} />
      <TicketFacts state={state} thread={thread} />
      <EarlierTickets state={state} thread={thread} />
      <Notes state={state} thread={thread} />
    </aside>
  );
}
