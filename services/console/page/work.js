// Left pane: offers with their countdown, and the conversations that the agent holds.
import {$, announce, ask, el, reconcile, setText} from "./dom.js";
import {changed, nowMs, state, ticketOf} from "./state.js";
import {addressText, channelName, customerText, personText, refusalText, ticketStateName, timeText, waitText} from "./words.js";

const busy = new Set();  // offers whose answer is under way
const refused = new Map();  // offer id -> why

/** One line of a list: who, what about, and what is the matter. */
export function conversationCard(conversation, {onclick, showState}) {
  const ticket = ticketOf(conversation);
  const unanswered = conversation.openObligations?.length || 0;
  const holder = ticket.agentId ? (state.agentNames.get(ticket.agentId) || ticket.agentId) : "";
  const selected = conversation.id === state.selected;
  return el("li", {},
    el("button", {type: "button", class: "card item", "aria-current": selected ? "true" : null, data: {act: "open"}, onclick},
      el("span", {class: "line"},
        el("strong", {class: "name"}, customerText(conversation)),
        el("span", {class: "quiet time"}, conversation.updatedAtMs ? timeText(conversation.updatedAtMs, nowMs()) : "")),
      el("span", {class: "subject"}, ticket.subject || ticket.preview || "no subject"),
      el("span", {class: "line"},
        el("span", {class: `chip ${channelName(ticket.channel)}`}, channelName(ticket.channel)),
        showState ? el("span", {class: "quiet holder"}, holder || ticketStateName(ticket.state)) : null,
        unanswered ? el("span", {class: "badge open"}, unanswered === 1 ? "1 unanswered" : `${unanswered} unanswered`) : null)));
}

export const cardStamp = (conversation) => JSON.stringify([
  conversation.customerName, conversation.updatedAtMs, conversation.openObligations?.length, conversation.ticket?.state,
  conversation.ticket?.agentId, conversation.ticket?.subject, conversation.id === state.selected,
]);

function offerCard(offer, link, select) {
  const ticket = offer.ticket || {};
  const accept = async () => {
    busy.add(offer.id);
    changed();
    try {
      await link.request({acceptOffer: {offerId: offer.id}});
      state.offers = state.offers.filter((other) => other.id !== offer.id);
      select(ticket.conversationId);
    } catch (error) {
      refused.set(offer.id, refusalText(error));
      announce(refusalText(error));
    } finally {
      busy.delete(offer.id);
      changed();
    }
  };
  const decline = () => ask({
    title: "Decline this offer?", ok: "Decline",
    fields: [{name: "reason", label: "Why (optional)", list: ["busy with another customer", "not my subject", "not my language", "break"]}],
    act: async ({reason}) => {
      await link.request({declineOffer: {offerId: offer.id, reason}});
      state.offers = state.offers.filter((other) => other.id !== offer.id);
      changed();
    },
  });
  return el("li", {class: "card offer"},
    el("span", {class: "line"},
      el("strong", {class: "name"}, ticket.sender?.name || personText(ticket.sender) || "A customer"),
      el("span", {class: "countdown", role: "timer", data: {expires: offer.expiresAtMs, offered: offer.offeredAtMs}})),
    ticket.sender?.name ? el("span", {class: "quiet subject"}, addressText(ticket.sender.address)) : null,
    el("span", {class: "subject"}, ticket.subject || ""),
    el("span", {class: "preview"}, ticket.preview || ""),
    el("span", {class: "line"},
      el("span", {class: `chip ${channelName(ticket.channel)}`}, channelName(ticket.channel)),
      el("span", {class: "quiet"}, ticket.waitingSinceMs ? `waiting ${waitText(nowMs() - Number(ticket.waitingSinceMs))}` : "")),
    offer.explanation ? el("span", {class: "quiet why"}, `Why you: ${offer.explanation}`) : null,
    refused.has(offer.id) ? el("p", {class: "error", role: "alert"}, refused.get(offer.id)) : null,
    el("div", {class: "meter"}, el("div", {data: {meter: ""}})),
    el("div", {class: "row"},
      el("button", {type: "button", class: "primary", disabled: busy.has(offer.id), data: {act: "accept"}, onclick: accept}, "Accept"),
      el("button", {type: "button", disabled: busy.has(offer.id), data: {act: "decline"}, onclick: decline}, "Decline…")));
}

/** Countdowns run on the server's clock, so a wrong one on this machine does not matter. */
export function tick() {
  for (const card of $("offers").children) {
    const timer = card.querySelector(".countdown");
    if (!timer) continue;
    const left = Number(timer.dataset.expires) - nowMs();
    const whole = Number(timer.dataset.expires) - Number(timer.dataset.offered) || 30000;
    setText(timer, left > 0 ? `${Math.ceil(left / 1000)} s` : "run out");
    timer.classList.toggle("late", left < 10000);
    const meter = card.querySelector("[data-meter]");
    if (meter) meter.style.width = `${Math.max(0, Math.min(100, 100 * left / whole))}%`;
  }
}

let announced = new Set();
function announceNewOffers() {
  const ids = new Set(state.offers.map((offer) => offer.id));
  for (const offer of state.offers) {
    if (!announced.has(offer.id)) announce(`New offer: ${personText(offer.ticket?.sender)}, ${offer.ticket?.subject || channelName(offer.ticket?.channel)}`);
  }
  announced = ids;
  document.title = ids.size ? `(${ids.size}) Hark` : "Hark";
}

export function showWork(link, select) {
  announceNewOffers();
  reconcile($("offers"), state.offers, {
    key: (offer) => offer.id,
    stamp: (offer) => JSON.stringify([offer.expiresAtMs, busy.has(offer.id), refused.get(offer.id)]),
    make: (offer) => offerCard(offer, link, select),
  });
  const away = state.me?.presence !== "PRESENCE_AVAILABLE";
  setText($("offers-empty"), state.offers.length ? "" : away ? "You are away, so nothing is offered to you." : "Nothing at the moment. The next one comes by itself.");
  const assigned = [...state.assigned].sort((a, b) => Number(a.ticket?.waitingSinceMs || 0) - Number(b.ticket?.waitingSinceMs || 0));
  reconcile($("assigned"), assigned, {
    key: (conversation) => conversation.id,
    stamp: cardStamp,
    make: (conversation) => conversationCard(conversation, {onclick: () => select(conversation.id)}),
  });
  setText($("assigned-empty"), !state.workKnown ? "Loading…" : assigned.length ? "" : "You hold no conversation.");
  setText($("tab-work"), `My work${state.offers.length + assigned.length ? ` (${state.offers.length + assigned.length})` : ""}`);
  tick();
}
