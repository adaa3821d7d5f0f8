// Joining customers who are one person, and taking that apart again. Both are the agent's decision: the page shows what speaks
// for it, the reason goes on the record of both.
import type {ConsoleResponse_ConversationUpdate, Conversation, PossibleMatch} from "hark/v1";
import {forgetThread, select} from "./conversations.js";
import {addressText, customerText, personText} from "./format.js";
import {newKey} from "./link.js";
import {link, store} from "./session.js";
import {isInbound, type State, type Thread} from "./store/state.js";
import {say} from "./views/announcer.js";
import {ask} from "./views/ask.js";
import {evidence} from "./views/evidence.js";
import {t} from "./words/words.js";

const addressesOf = ({addresses}: Conversation): string => (addresses ?? []).map(({address}) => addressText(address)).join(", ");

/** One who is, or was, part of this customer: as they wrote, or by their addresses; empty if the page does not know. */
export function nameOfOther(state: State, {conversation, entries}: Thread, id: string): string {
  const wrote = entries.findLast((entry) => isInbound(entry) && entry.customerId === id);
  const theirs = (conversation.addresses ?? []).filter(({customerId}) => customerId === id);
  return personText(wrote?.sender) || addressesOf({addresses: theirs}) || state.apart.get(id) || "";
}

const called = (id: string, name: string) => store.change((state) => ({...state, apart: new Map(state.apart).set(id, name)}));

/** Of those who are apart again a conversation has the ids alone: their newest ticket says who they are. */
export async function nameOthers(conversationId: string): Promise<void> {
  const thread = store.state.threads.get(conversationId);
  const others = (thread?.entries ?? []).filter(({status}) => status?.change === "CHANGE_MERGED" || status?.change === "CHANGE_UNMERGED");
  for (const id of new Set(others.map(({status}) => status?.concernsId ?? ""))) {
    if (!thread || !id || nameOfOther(store.state, thread, id) || store.state.apart.has(id)) continue;
    called(id, "");  // asked for once
    const {tickets} = await link.request({listTickets: {conversationId: id}}).catch(() => ({tickets: undefined}));
    called(id, personText(tickets?.tickets?.[0]?.sender));
  }
}

/** Asks whether these two are one, with what is known of both before the agent's eyes. The opened one stays. */
function join(stays: Conversation, other: Conversation, why = ""): void {
  const idempotencyKey = newKey();
  ask({
    title: t("joinTitle"), ok: t("joinOk"), lead: evidence(stays, other, why),
    fields: [{name: "reason", label: t("joinWhy"), required: true, hint: t("joinHint"), list: [t("joinSaidSo"), t("joinSameOrder"), t("joinSameContact")]}],
    act: async ({reason}) => {
      await link.command("merge", {idempotencyKey, survivorId: stays.id ?? "", loserId: other.id ?? "", reason: reason ?? ""});
      say(t("joined"));
    },
  });
}

const found = async (query: string, except: string): Promise<Conversation[]> => {
  const answer = await link.request({search: {query}});
  return (answer.found?.hits ?? []).map((hit) => hit.conversation ?? {}).filter((one) => one.id && one.id !== except);
};

/** A dialog follows another only when that one has closed. */
const thenAsk = (put: () => void) => setTimeout(put);

/** Looks for the other customer by words; of several the agent chooses one. */
export function joinFound(stays: Conversation): void {
  ask({
    title: t("joinSearchTitle"), ok: t("joinSearchOk"),
    fields: [{name: "query", label: t("joinSearchWhom"), required: true, hint: t("joinSearchHint")}],
    act: async ({query}) => {
      const others = await found(query ?? "", stays.id ?? "");
      if (!others.length) throw new Error(t("nothingFound"));
      thenAsk(() => (others.length === 1 ? join(stays, others[0]!) : chooseOf(stays, others)));
    },
  });
}

const chooseOf = (stays: Conversation, others: readonly Conversation[]): void => ask({
  title: t("joinChooseTitle"), ok: t("joinChooseOk"),
  fields: [{name: "other", label: t("customer"), choices: others.map((one) => ({value: one.id ?? "", label: `${customerText(one)} · ${addressesOf(one)}`}))}],
  act: async ({other}) => {
    const chosen = others.find((one) => one.id === other);
    if (chosen) thenAsk(() => join(stays, chosen));
  },
});

/** One whom something already speaks for: an address that was named, or a thread that was hit. */
export async function joinMatch(stays: Conversation, match: PossibleMatch): Promise<void> {
  const [other] = match.address ? await found(match.address, stays.id ?? "") : [];
  join(stays, other ?? {id: match.conversationId ?? ""}, match.why);
}

export function takeApart(conversation: Conversation, customerId: string): void {
  const idempotencyKey = newKey();
  const theirs = (conversation.addresses ?? []).filter((address) => address.customerId === customerId).map(({address}) => addressText(address));
  ask({
    title: t("apartTitle", {who: theirs.join(", ") || customerText(conversation)}), ok: t("apartOk"),
    fields: [{name: "reason", label: t("apartWhy"), required: true, hint: t("apartHint"), list: [t("apartMistake"), t("apartHousehold"), t("apartAsked")]}],
    act: async ({reason}) => {
      await link.command("unmerge", {idempotencyKey, customerId, reason: reason ?? ""});
      say(t("tookApart"));
    },
  });
}

/** Whoever looks at a customer who became part of another goes along. */
export function followMerge({conversation, insteadOfId = ""}: ConsoleResponse_ConversationUpdate): void {
  if (!insteadOfId || !store.state.threads.has(insteadOfId)) return;
  forgetThread(insteadOfId);
  link.request({close: {conversationId: insteadOfId}}).catch(() => {});
  if (store.state.selected === insteadOfId) select(conversation?.id ?? "");
}
