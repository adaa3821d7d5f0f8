// Everything that can be done from the keyboard, in one table: the palette lists it, the keys run it.
import {callCommands} from "./calls.js";
import {loadAll, loadQuarantine, search, select} from "./conversations.js";
import {choose} from "./compose/send.js";
import {joinFound} from "./customers.js";
import {holdStates, putOnHold, release} from "./holds.js";
import {watchFloor} from "./floor.js";
import {setPresence, signOut, store} from "./session.js";
import {changeSettings, settings} from "./settings.js";
import {firstTemplates, firstTemplateTitle, startByTemplate} from "./start_by_template.js";
import {isMine, isSupervisor, type Section, selectedThread, type State} from "./store/state.js";
import {workInOrder, workOf} from "./store/work.js";
import {accept, decline, reassign, reopen, resolve, start, takeOver, transfer, whisper} from "./tickets.js";
import {focusComposer, focusSearch} from "./views/focus.js";
import {type Language, languageNames, t} from "./words/words.js";

export interface Command {
  title: string;
  /** As pressed: a letter alone where one does not write, or with Ctrl (Cmd). */
  key?: string;
  run(): void;
}

export function goTo(section: Section): void {
  const was = store.state.section;
  store.patch({section, pane: section === "desk" ? (store.state.selected ? "conversation" : "work") : "work"});
  if ((was === "floor") !== (section === "floor")) watchFloor(section === "floor");
  if (section === "quarantine") void loadQuarantine();
  if (section === "floor") void loadAll();  // whose tickets the agents hold
}

export function showOffers(): void {
  goTo("desk");
  void search("");
  store.patch({workTab: "mine", pane: "work"});
  requestAnimationFrame(() => document.querySelector("#offers")?.scrollIntoView({block: "center"}));
}

/** The conversation after or before the selected one among those that the left pane lists. */
function step(state: State, by: 1 | -1): void {
  const ids = (state.workTab === "all" ? state.all.items : workInOrder(workOf(state))).map((one) => one.id ?? "");
  if (!ids.length) return;
  const at = ids.indexOf(state.selected);
  select(ids[(at + by + ids.length) % ids.length] ?? "");
}

function writeIn(mode: "reply" | "note"): void {
  const thread = selectedThread(store.state);
  if (!thread) return;
  choose(thread, {mode});
  focusComposer();
}

function ofConversation(state: State): Command[] {
  const conversation = selectedThread(state)?.conversation;
  const {ticket} = conversation ?? {};
  if (!conversation || state.section !== "desk") return [];
  const mine = isMine(state, conversation);
  const standing = ticket && ticket.state !== "TICKET_STATE_RESOLVED";
  return [
    ...(mine ? [{title: t("commandReply"), key: "r", run: () => writeIn("reply")}] : []),
    {title: t("commandNote"), key: "n", run: () => writeIn("note")},
    ...(mine ? [
      {title: t("resolveTitle"), key: "e", run: () => resolve(conversation)},
      {title: t("transferTitle"), key: "t", run: () => transfer(conversation)},
      ...(ticket?.hold ? [{title: t("resumeWork"), run: () => void release(conversation)}]
        : holdStates().length ? [{title: t("holdOk"), run: () => putOnHold(conversation)}] : []),
    ] : []),
    ...(ticket?.state === "TICKET_STATE_RESOLVED" ? [{title: t("reopenTitle"), key: "o", run: () => reopen(conversation)}] : []),
    ...(isSupervisor(state) && standing && !mine ? [
      ...(ticket.agentId ? [{title: t("whisper"), key: "w", run: () => whisper(conversation)}] : []),
      {title: t("reassignTitle"), run: () => reassign(ticket)},
      {title: t("takeOverTitle"), run: () => takeOver(ticket.id ?? "", conversation.id ?? "")},
    ] : []),
    {title: t("joinSearchTitle"), run: () => joinFound(conversation)},
    {title: t("commandNewest"), key: "g", run: () => document.querySelector<HTMLElement>("#to-newest")?.click()},
  ];
}

export function commands(state: State): Command[] {
  const offer = state.offers[0];
  return [
    ...(offer ? [
      {title: t("commandAcceptFirst"), key: "a", run: () => void accept(offer)},
      {title: t("commandDeclineFirst"), key: "d", run: () => decline(offer)},
    ] : []),
    ...callCommands(state),
    ...ofConversation(state),
    ...(state.setup.accounts?.some((account) => account.channel === "CHANNEL_EMAIL") ? [{title: t("startTitle"), key: "m", run: start}] : []),
    ...firstTemplates(state.setup.sendingRules).map((way) => ({title: firstTemplateTitle(way), run: () => startByTemplate(way)})),
    {title: t("commandNext"), key: "j", run: () => step(store.state, 1)},
    {title: t("commandPrevious"), key: "k", run: () => step(store.state, -1)},
    {title: t("commandSearch"), key: "/", run: () => { store.patch({pane: "work", section: "desk"}); focusSearch(); }},
    {title: `${t("work")}: ${t("myWork")}`, key: "1", run: () => { goTo("desk"); store.patch({workTab: "mine"}); }},
    {title: `${t("work")}: ${t("everyones")}`, key: "2", run: () => { goTo("desk"); store.patch({workTab: "all"}); void loadAll(); }},
    ...(isSupervisor(state) ? [{title: t("floor"), key: "3", run: () => goTo("floor")}] : []),
    {title: t("quarantine"), key: "4", run: () => goTo("quarantine")},
    state.me?.presence === "PRESENCE_AVAILABLE"
      ? {title: t("commandAway"), key: "p", run: () => setPresence("PRESENCE_AWAY")}
      : {title: t("commandAvailable"), key: "p", run: () => setPresence("PRESENCE_AVAILABLE")},
    ...(["system", "light", "dark"] as const).map((theme) => ({
      title: `${t("theme")}: ${t(({system: "themeSystem", light: "themeLight", dark: "themeDark"} as const)[theme])}`, run: () => set({theme}),
    })),
    ...(Object.keys(languageNames) as Language[]).map((language) => ({title: `${t("language")}: ${languageNames[language]}`, run: () => set({language})})),
    {title: `${t("sound")}: ${t(settings().sound ? "off" : "on")}`, run: () => set({sound: !settings().sound})},
    {title: `${t("singleKeys")}: ${t(settings().singleKeys ? "off" : "on")}`, run: () => set({singleKeys: !settings().singleKeys})},
    {title: t("signOut"), run: () => void signOut()},
    {title: t("signOutEverywhere"), run: () => void signOut(true)},
  ];
}

function set(part: Parameters<typeof changeSettings>[0]): void {
  changeSettings(part);
  store.change((state) => ({...state}));
}
