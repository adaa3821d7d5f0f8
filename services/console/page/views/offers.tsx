// What is offered to the agent: the list in their work, and a strip above everything else that they look at instead.
import type {Offer} from "hark/v1";
import {useEffect, useRef} from "preact/hooks";
import {showOffers} from "../commands.js";
import {addressText, channelName, senderName, waitText} from "../format.js";
import {store} from "../session.js";
import {serverNow, type State} from "../store/state.js";
import {accept, busyOffers, decline, refusedOffers} from "../tickets.js";
import {t, type WordKey} from "../words/words.js";
import {ChannelChip, Section, useServerNow} from "./parts.js";

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

function Choice({offer}: {offer: Offer}) {
  const busy = busyOffers.has(offer.id ?? "");
  return (
    <>
      <button type="button" class="primary" disabled={busy} onClick={() => void accept(offer)}>{t("accept")}</button>
      <button type="button" disabled={busy} onClick={() => decline(offer)}>{t("decline")}</button>
    </>
  );
}

function Refused({offer}: {offer: Offer}) {
  const refused = refusedOffers.get(offer.id ?? "");
  return refused ? <p class="error" role="alert">{refused}</p> : null;
}

function OfferCard({state, offer}: {state: State; offer: Offer}) {
  const ticket = offer.ticket ?? {};
  return (
    <li class="card offer">
      <div class="line">
        <strong class="name">{senderName(ticket.sender)}</strong>
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
      <Refused offer={offer} />
      <div class="row"><Choice offer={offer} /></div>
    </li>
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

/** Keeps the state told whether this is before the agent's eyes: on another tab, pane or place, or scrolled away, it is not. */
function useInSight() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver((changes) => store.patch({offersInSight: changes.at(-1)?.isIntersecting ?? false}));
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      store.patch({offersInSight: false});
    };
  }, []);
  return box;
}

export function Offers({state}: {state: State}) {
  const box = useInSight();
  return (
    <div ref={box}>
      <Section title={t("offers")} count={state.offers.length}>
        <ul id="offers" class="cards">{state.offers.map((offer) => <OfferCard key={offer.id} state={state} offer={offer} />)}</ul>
        {!state.offers.length && <p class="empty">{t(nothingOffered(state), {used: state.me?.usedUnits ?? 0, all: state.me?.capacityUnits ?? 0})}</p>}
      </Section>
    </div>
  );
}

/** How many there are, at what leads to them. */
export const OfferCount = ({state}: {state: State}) => (
  state.offers.length && !state.offersInSight ? <span class="count">{state.offers.length}<span class="hidden"> {t("offers")}</span></span> : null
);

/** The one that runs out first, whatever the agent looks at, while the list is out of sight. */
export function OfferStrip({state}: {state: State}) {
  const offer = state.offers[0];
  if (!offer || state.offersInSight) return null;
  const {ticket = {}} = offer;
  return (
    <section id="offer-strip" key={offer.id} aria-label={t("offers")}>
      <ChannelChip channel={ticket.channel} bare />
      <p class="about"><strong>{senderName(ticket.sender)}</strong> <span dir="auto">{ticket.subject || ticket.preview || channelName(ticket.channel)}</span></p>
      <Refused offer={offer} />
      <Countdown offer={offer} />
      <Choice offer={offer} />
      {state.offers.length > 1 && <button type="button" id="all-offers" class="plain" onClick={showOffers}>{t("allOffers", {count: state.offers.length})}</button>}
    </section>
  );
}
