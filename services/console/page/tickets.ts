// What is done with tickets and offers. Each asks what it has to know, and acts once: its key is made when the question is put.
import type {Conversation, Entry, Offer, Ticket} from "hark/v1";
import {select} from "./conversations.js";
import {addressText, refusalText} from "./format.js";
import {newKey} from "./link.js";
import {link, store} from "./session.js";
import {say} from "./views/announcer.js";
import {ask} from "./views/ask.js";
import {focusComposer} from "./views/focus.js";
import {t} from "./words/words.js";

export const busyOffers = new Set<string>();
export const refusedOffers = new Map<string, string>();
const redraw = () => store.change((state) => ({...state}));
const withoutOffer = (id: string | undefined) =>
  store.change((state) => ({...state, offers: state.offers.filter((other) => other.id !== id)}));

export async function accept(offer: Offer): Promise<void> {
  const id = offer.id ?? "";
  if (busyOffers.has(id)) return;
  busyOffers.add(id);
  redraw();
  try {
    await link.request({acceptOffer: {offerId: id}});
    withoutOffer(id);
    await select(offer.ticket?.conversationId ?? "");
    focusComposer();
  } catch (error) {
    refusedOffers.set(id, refusalText(error));
    say(refusalText(error));
  } finally {
    busyOffers.delete(id);
    redraw();
  }
}

/** The codes that the rules know, which decide how long the agent then rests; else some words. */
const declineReasons = (): readonly string[] =>
  store.state.choices.declineCodes?.length
    ? store.state.choices.declineCodes
    : [t("declineBusy"), t("declineSubject"), t("declineLanguage"), t("declineBreak")];

export const decline = (offer: Offer): void => ask({
  title: t("declineTitle"), ok: t("decline"),
  fields: [{name: "reason", label: t("whyOptional"), list: declineReasons()}],
  act: async ({reason}) => {
    await link.request({declineOffer: {offerId: offer.id ?? "", reason: reason ?? ""}});
    withoutOffer(offer.id);
  },
});

const tokenOf = (ticket: Ticket | undefined): string => ticket?.assignmentToken ?? "0";

const waiveReasons = () => [t("waiveThanks"), t("waivePhone"), t("waiveSpam"), t("waiveDuplicate")];

export function resolve({ticket, openObligations}: Conversation): void {
  if (ticket?.onTheLine) return say(t("resolveAfterCall"), "problem");
  const owed = openObligations?.length ?? 0;
  const idempotencyKey = newKey();
  ask({
    title: t("resolveTitle"), ok: t("resolve"),
    fields: [
      {name: "disposition", label: t("disposition"),
       list: [t("dispositionSolved"), t("dispositionInformed"), t("dispositionPassed"), t("dispositionNothing"), t("dispositionSpam")]},
      ...(owed ? [{name: "waiveReason", label: t("waiveWhy", {count: owed}), area: true, required: true, hint: t("cancelToAnswer"),
        list: waiveReasons()}] : []),
    ],
    act: ({disposition, waiveReason}) => link.command("resolve", {
      idempotencyKey, ticketId: ticket?.id ?? "", assignmentToken: tokenOf(ticket), disposition: disposition ?? "", waiveReason: waiveReason ?? "",
    }),
  });
}

export const colleagueChoices = () => [
  {value: "", label: t("whoeverFits")},
  ...[...store.state.colleagues.values()]
    .filter((colleague) => colleague.id !== store.state.me?.id)
    .sort((a, b) => Number(b.presence === "PRESENCE_AVAILABLE") - Number(a.presence === "PRESENCE_AVAILABLE") || (a.name ?? "").localeCompare(b.name ?? ""))
    .map((colleague) => ({
      value: colleague.id ?? "",
      label: `${colleague.name || colleague.id}${colleague.presence === "PRESENCE_AVAILABLE" ? ` · ${t("available")}` : ""}`,
    })),
];
const knownSkills = () =>
  [...new Set([...store.state.colleagues.values()].flatMap((colleague) => (colleague.skills ?? []).map((skill) => skill.name ?? "")))].sort();
const skillsOf = (text = "") => text.split(",").map((skill) => skill.trim().toLowerCase()).filter(Boolean);

/** Whom it is for: an agent, or whoever has the skills. */
const wishFields = () => [
  store.state.colleagues.size
    ? {name: "agent", label: t("toWhom"), choices: colleagueChoices()}
    : {name: "agent", label: `${t("toWhom")} (${t("login")})`},
  {name: "skills", label: t("skillsOptional"), hint: t("skillsExample"), list: knownSkills(), many: true},
  ...(store.state.choices.queueIds?.length
    ? [{name: "queue", label: t("intoQueue"), choices: [{value: "", label: t("whereItBelongs")}, ...store.state.choices.queueIds.map((value) => ({value, label: value}))]}]
    : []),
];

export function transfer({ticket}: Conversation): void {
  const idempotencyKey = newKey();
  ask({
    title: t("transferTitle"), ok: t("transferOk"),
    fields: [
      ...wishFields(),
      {name: "reason", label: t("transferWhy"), required: true, area: true, list: [t("transferSkill"), t("transferShift"), t("transferAsked")]},
    ],
    act: ({reason, agent, skills, queue}) => transferTo({ticket}, idempotencyKey, {agent: agent ?? "", skills: skills ?? "", queue: queue ?? "", reason: reason ?? ""}),
  });
}

/** The wishes of a transfer as they were written. */
export const transferTo = ({ticket}: Pick<Conversation, "ticket">, idempotencyKey: string,
                           {agent, skills, queue = "", reason}: {agent: string; skills: string; queue?: string; reason: string}): Promise<unknown> =>
  link.command("transfer", {
    idempotencyKey, ticketId: ticket?.id ?? "", assignmentToken: tokenOf(ticket), reason, wantedAgentId: agent.toLowerCase(), wantedSkills: skillsOf(skills),
    wantedQueueId: queue,
  });

export function reopen({id}: Conversation): void {
  const idempotencyKey = newKey();
  ask({
    title: t("reopenTitle"), ok: t("reopen"), fields: [{name: "reason", label: t("why"), required: true}],
    act: ({reason}) => link.command("reopen", {idempotencyKey, conversationId: id ?? "", reason: reason ?? ""}),
  });
}

/** Messages that were sent as one, or one alone. */
export function waive({ticket}: Conversation, entries: readonly Entry[]): void {
  const idempotencyKey = newKey();
  ask({
    title: t("waiveTitle"), ok: t("waiveOk"),
    fields: [{name: "reason", label: t("why"), required: true, hint: t("onTheRecord"), list: waiveReasons()}],
    act: ({reason}) => Promise.all(entries.map(({id}) => link.command("waiveObligation", {
      idempotencyKey: `${idempotencyKey}-${id}`, entryId: id ?? "", assignmentToken: tokenOf(ticket), reason: reason ?? "",
    }))),
  });
}

/** A first message to a customer, from one of our mail accounts; their answer comes back to this agent. */
export const start = (): void => startWith({});

/** The same with words that are there already, for the agent to look over. */
export function startWith(known: {account?: string; to?: string; name?: string; text?: string; reason?: string}): void {
  const idempotencyKey = newKey();
  const given = (value: string | undefined) => (value ? {value} : {});
  const accounts = (store.state.setup.accounts ?? []).filter((account) => account.channel === "CHANNEL_EMAIL");
  ask({
    title: t("startTitle"), ok: t("startOk"),
    fields: [
      {name: "account", label: t("startFrom"), choices: accounts.map(({id = "", name, address}) => ({value: id, label: `${name || id} · ${addressText(address)}`})),
       ...given(known.account)},
      {name: "to", label: t("startTo"), required: true, ...given(known.to)}, {name: "name", label: t("startName"), ...given(known.name)},
      {name: "subject", label: t("subject"), required: true},
      {name: "text", label: t("startText"), area: true, long: true, required: true, ...given(known.text)},
      {name: "reason", label: t("why"), hint: t("onTheRecord"), ...given(known.reason)},
    ],
    act: async ({account, to, name, subject, text, reason}) => {
      const {done} = await link.command("start", {
        idempotencyKey, accountId: account ?? "", to: {address: `mailto:${to}`, name: name ?? ""}, subject: subject ?? "", text: text ?? "", reason: reason ?? "",
      });
      select(done?.entry?.conversationId ?? "");
    },
  });
}

// ---- a supervisor's

export function takeOver(ticketId: string, conversationId: string): void {
  const idempotencyKey = newKey();
  ask({
    title: t("takeOverTitle"), ok: t("takeOver"), fields: [{name: "reason", label: t("takeOverWhy"), required: true}],
    act: async ({reason}) => {
      await link.request({takeOver: {idempotencyKey, ticketId, reason: reason ?? ""}});
      select(conversationId);
    },
  });
}

export function reassign(ticket: Ticket): void {
  const idempotencyKey = newKey();
  ask({
    title: t("reassignTitle"), ok: t("reassign"), fields: [...wishFields(), {name: "reason", label: t("why"), required: true}],
    act: ({reason, agent, skills, queue}) => link.request({reassign: {
      idempotencyKey, ticketId: ticket.id ?? "", assignmentToken: tokenOf(ticket), reason: reason ?? "", wantedAgentId: (agent ?? "").toLowerCase(),
      wantedSkills: skillsOf(skills), wantedQueueId: queue ?? "",
    }}),
  });
}

export function whisper({id, ticket}: Conversation): void {
  const idempotencyKey = newKey();
  ask({
    title: t("whisperTo", {who: store.state.colleagues.get(ticket?.agentId ?? "")?.name ?? ticket?.agentId ?? ""}), ok: t("whisper"),
    fields: [{name: "text", label: t("yourNote"), required: true, area: true}],
    act: ({text}) => link.command("addNote", {idempotencyKey, conversationId: id ?? "", text: text ?? "", whisperTo: ticket?.agentId ?? ""}),
  });
}
