// What a supervisor watches and does with agents.
import type {ConsoleResponse_Overview, Presence} from "hark/v1";
import {loadAll} from "./conversations.js";
import {presenceName, refusalText} from "./format.js";
import {link, store} from "./session.js";
import {conversationOfTicket} from "./store/work.js";
import {say} from "./views/announcer.js";
import {ask} from "./views/ask.js";
import {t} from "./words/words.js";

const SERIES_EVERY_MS = 60_000;
let timer: ReturnType<typeof setInterval> | undefined;

/** The overview comes by itself while it is watched; the hours behind us are asked for every minute. */
export function watchFloor(on: boolean): void {
  link.request({oversee: {on}}).catch((error: unknown) => on && say(refusalText(error), "problem"));
  clearInterval(timer);
  if (!on) return store.patch({overview: null});
  void loadSeries();
  timer = setInterval(() => void loadSeries(), SERIES_EVERY_MS);
}

async function loadSeries(): Promise<void> {
  const {series} = await link.request({getSeries: {hours: 4}}).catch(() => ({series: undefined}));
  if (series) store.patch({series});
}

/** The overview counts; when its count is another, the list of what waits is another as well. */
export function overviewCame(before: ConsoleResponse_Overview | null): void {
  const count = (overview: ConsoleResponse_Overview | null) =>
    [overview?.total?.waiting, overview?.total?.offered, overview?.total?.oldestSinceMs].join();
  if (count(before) !== count(store.state.overview)) void loadWaiting(store.state.waitingOnly);
  void nameWork();
}

let nameless = "";
const PAGES_MAX = 5;

/** Agents' work is told by tickets; whose they are is read from the conversations, anew when one is not known. */
async function nameWork(): Promise<void> {
  const unknown = () => (store.state.overview?.agents ?? []).flatMap(({ticketIds}) => ticketIds ?? []).filter((id) => !conversationOfTicket(store.state, id));
  const ids = unknown().sort().join();
  if (!ids || ids === nameless) return;
  nameless = ids;
  await loadAll();
  for (let pages = 1; pages < PAGES_MAX && store.state.all.nextPage && unknown().length; ++pages) await loadAll(true);
}

/** Of one account or skill, or everything. */
export async function loadWaiting(only: {accountId?: string; skill?: string} = {}): Promise<void> {
  store.change((state) => ({...state, waitingOnly: only, waiting: {...state.waiting, loading: true, error: ""}}));
  try {
    const {waiting} = await link.request({listWaiting: only});
    store.change((state) => ({
      ...state, waiting: {items: waiting?.tickets ?? [], nextPage: "", loading: false, error: ""}, waitingTotal: Number(waiting?.total ?? 0),
    }));
  } catch (error) {
    store.change((state) => ({...state, waiting: {...state.waiting, loading: false, error: refusalText(error)}}));
  }
}

export const changePresence = (agentId: string, who: string): void => ask({
  title: t("changePresenceTitle", {who}), ok: t("changePresence"),
  fields: [
    {name: "presence", label: t("presence"), choices: (["PRESENCE_AVAILABLE", "PRESENCE_AWAY", "PRESENCE_OFFLINE"] as const).map((value) => ({value, label: presenceName(value)}))},
    {name: "reason", label: t("why"), required: true},
  ],
  act: ({presence, reason}) => link.request({setAgentPresence: {agentId, presence: presence as Presence, reason: reason ?? ""}}),
});

export const endAgentWrapUp = (agentId: string, who: string): void => ask({
  title: t("endWrapUpTitle", {who}), ok: t("endWrapUp"), fields: [{name: "reason", label: t("why"), required: true}],
  act: ({reason}) => link.request({endAgentWrapUp: {agentId, reason: reason ?? ""}}),
});
