// What is known of two customers, side by side: by this a person judges whether they are one.
import type {Conversation} from "hark/v1";
import {addressText, customerText, ticketStateName, timeText} from "../format.js";
import {store} from "../session.js";
import {serverNow} from "../store/state.js";
import {t} from "../words/words.js";
import {Icon} from "./icons.js";

function Known({customer, title}: {customer: Conversation; title: string}) {
  const {addresses = [], ticket, updatedAtMs} = customer;
  return (
    <div class="card known">
      <p class="quiet">{title}</p>
      <p><strong>{customerText(customer)}</strong></p>
      <ul>
        {addresses.map(({address, verified}) => (
          <li class="address">{addressText(address)} {verified ? <Icon name="check" /> : <span class="quiet">({t("unverified")})</span>}</li>
        ))}
      </ul>
      {ticket?.id && <p class="quiet">{ticket.subject || ticket.preview || t("noSubject")} · {ticketStateName(ticket.state)}</p>}
      {updatedAtMs && <p class="quiet">{timeText(updatedAtMs, serverNow(store.state))}</p>}
    </div>
  );
}

export const evidence = (stays: Conversation, other: Conversation, why: string): preact.ComponentChildren => (
  <div class="evidence">
    <Known customer={stays} title={t("joinStays")} />
    <Known customer={other} title={t("joinOther")} />
    {why && <p class="why-match">{t("joinBecause", {why})}</p>}
  </div>
);
