// Starts the page: signing in, what the server tells, and which conversation is open.
import {forgetComposer, showComposer, startComposer} from "./composer.js";
import {$, el, setText} from "./dom.js";
import {Link} from "./link.js";
import {loadAll, loadQuarantine, showLists} from "./lists.js";
import {
  changed, lastSequenceOf, listen, looked, mergeEntries, nowMs, sequenceOf, state, takeServerTime, threadOf, toClose,
} from "./state.js";
import {loadEarlier, showTimeline} from "./timeline.js";
import {refusalText} from "./words.js";
import {showWork, tick} from "./work.js";

const TOKEN = "hark.session";
const PRESENCE = "hark.presence";
let connection = {state: "out", retryAt: 0};

const link = new Link({frame: onFrame, state: onState, signedIn: onSignedIn});

// ---- the connection

function onState(next, retryMs = 0, reason = "") {
  connection = {state: next, retryAt: performance.now() + retryMs};
  if (next === "out") showSignIn(reason);
  showConnection();
  changed();
}

function showConnection() {
  const place = $("connection");
  place.className = `connection ${connection.state}`;
  if (connection.state === "open") setText(place, "");
  else if (connection.state === "lost") {
    const seconds = Math.max(1, Math.ceil((connection.retryAt - performance.now()) / 1000));
    if (place.dataset.seconds !== String(seconds) || !place.firstChild) {
      place.dataset.seconds = String(seconds);
      place.replaceChildren(`Connection lost. Reconnecting in ${seconds} s… `,
        el("button", {type: "button", class: "plain small", onclick: () => link.retryNow()}, "Now"));
    }
  } else setText(place, state.me ? "Reconnecting…" : "Connecting…");
}

function onSignedIn(signedIn) {
  state.me = {...state.me, ...signedIn.agent};
  takeServerTime(signedIn.nowMs);
  state.agentNames.set(state.me.id, state.me.name || state.me.id);
  sessionStorage.setItem(TOKEN, signedIn.sessionToken);
  fetch("/console/session", {method: "POST", headers: {Authorization: `Bearer ${signedIn.sessionToken}`}}).catch(() => {});
  // Every conversation that was open is opened again: the answer shows what was missed.
  for (const thread of state.threads.values()) thread.opened = false;
  $("sign-in").hidden = true;
  $("console").hidden = false;
  if (state.selected) queueMicrotask(() => open(state.selected));
  for (const [id] of state.threads) if (id !== state.selected) state.threads.delete(id);
  changed();
}

function onFrame(frame) {
  if (frame.work) onWork(frame.work);
  else if (frame.conversation) onConversation(frame.conversation);
  changed();
}

function onWork(work) {
  state.me = {...state.me, ...work.agent, presence: work.agent?.presence || "PRESENCE_OFFLINE", usedUnits: work.agent?.usedUnits || 0};
  takeServerTime(work.nowMs);
  state.offers = (work.offers || []).filter((offer) => Number(offer.expiresAtMs || Infinity) > nowMs());
  state.assigned = work.assigned || [];
  state.workKnown = true;
  // After a long loss routing took the agent for gone; what they last chose still holds.
  const wish = sessionStorage.getItem(PRESENCE);
  if (wish && state.me.presence === "PRESENCE_OFFLINE") setPresence(wish);
}

function onConversation(update) {
  const {conversation} = update;
  const held = state.assigned.findIndex((other) => other.id === conversation.id);
  if (held >= 0) state.assigned[held] = conversation;
  const listed = state.all.items.findIndex((other) => other.id === conversation.id);
  if (listed >= 0) state.all.items[listed] = conversation;
  const thread = state.threads.get(conversation.id);
  if (!thread) return;
  thread.conversation = conversation;
  fillGap(thread, mergeEntries(thread, update.entries));
}

/** What is missing between known entries is asked for, step by step back, until the timeline is whole. */
async function fillGap(thread, before) {
  while (before > 0 && thread.opened && !thread.filling) {
    thread.filling = true;
    try {
      const answer = await link.request({loadTimeline: {conversationId: thread.conversation.id, beforeSequence: String(before)}});
      const known = thread.entries.size;
      before = mergeEntries(thread, answer.conversation?.entries);
      if (thread.entries.size === known) before = 0;
    } catch {
      before = 0;
    } finally {
      thread.filling = false;
      changed();
    }
  }
}

// ---- conversations

function select(id) {
  if (location.hash !== `#${id}`) location.hash = id;
  else open(id);
}

async function open(id) {
  state.selected = id;
  if (!id) return changed();
  const thread = threadOf(id);
  looked(id);
  changed();
  if (thread.opened || !link.open) return;
  thread.opened = true;
  thread.error = "";
  for (const other of toClose()) {
    state.threads.delete(other);
    link.request({close: {conversationId: other}}).catch(() => {});
  }
  try {
    const {conversation: update} = await link.request({open: {conversationId: id}});
    thread.conversation = update.conversation;
    const first = Math.min(...(update.entries || []).map(sequenceOf));
    // Further behind than one page: start afresh from the newest rather than pretend that nothing is missing.
    if (thread.entries.size && first > lastSequenceOf(thread) + 1) thread.entries.clear();
    fillGap(thread, mergeEntries(thread, update.entries));
  } catch (error) {
    thread.opened = false;
    if (error.reason !== "LOST") {
      state.threads.delete(id);
      $("nothing-open").replaceChildren(el("p", {class: "error", role: "alert"}, refusalText(error)));
    }
  }
  changed();
}

// ---- signing in and out

function showSignIn(reason = "") {
  sessionStorage.removeItem(TOKEN);
  link.token = "";
  state.me = null;
  state.offers = [];
  state.assigned = [];
  state.workKnown = false;
  state.threads.clear();
  state.replyTo.clear();
  state.all = {items: [], next: "", loading: false, resolved: false};
  state.quarantine = {items: [], loading: false};
  forgetComposer();
  document.title = "Hark";
  $("console").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-error").textContent = reason && reason !== "signed out" ? reason : "";
  $("login").focus();
}

async function signIn(credentials) {
  const button = $("sign-in-form").querySelector("button[type=submit]");
  button.disabled = true;
  $("sign-in-error").textContent = "";
  try {
    await link.signIn(credentials);
    $("password").value = "";
  } catch (error) {
    showSignIn(error.reason === "LOST" ? "The server cannot be reached. Try again in a moment." : error.message);
  } finally {
    button.disabled = false;
  }
}

function setPresence(presence) {
  sessionStorage.setItem(PRESENCE, presence);
  link.request({setPresence: {presence}}).catch((error) => {
    setText($("connection"), refusalText(error));
    changed();
  });
}

function start() {
  startComposer(link);
  $("sign-in-form").onsubmit = (event) => {
    event.preventDefault();
    signIn({login: $("login").value, password: $("password").value});
  };
  $("sign-out").onclick = async () => {
    sessionStorage.removeItem(PRESENCE);
    await fetch("/console/session", {method: "DELETE"}).catch(() => {});
    link.signOut();
  };
  for (const input of document.querySelectorAll("input[name=presence]")) {
    input.onchange = () => setPresence(input.value);
  }
  for (const name of ["work", "all", "quarantine"]) $(`tab-${name}`).onclick = () => showTab(name);
  for (const list of document.querySelectorAll("[role=tablist]")) list.addEventListener("keydown", moveBetweenTabs);
  $("all-more").onclick = () => loadAll(link, true);
  $("all-resolved").onchange = (event) => {
    state.all.resolved = event.target.checked;
    loadAll(link);
  };
  $("earlier").onclick = () => loadEarlier(link);
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  addEventListener("online", () => link.retryNow());
  listen(show);
  setInterval(() => { tick(); if (connection.state === "lost") showConnection(); }, 500);
  state.selected = location.hash.slice(1);
  const token = sessionStorage.getItem(TOKEN);
  if (token) {
    $("console").hidden = false;
    link.resume(token);
  } else {
    showSignIn();
  }
  showDemoHint();
}

async function showDemoHint() {
  try {
    const info = await (await fetch("/console/info")).json();
    if (!info.demoLogin) return;
    $("demo-hint").hidden = false;
    $("demo-hint").replaceChildren("This is a demo: sign in as ", el("strong", {}, info.demoLogin), " with ", el("strong", {}, info.demoPassword), ".");
    if (!$("login").value) {
      $("login").value = info.demoLogin;
      $("password").value = info.demoPassword;
    }
  } catch {
    // Only a hint.
  }
}

// ---- showing

function showTab(name) {
  state.tab = name;
  if (name === "all") loadAll(link);
  if (name === "quarantine") loadQuarantine(link);
  changed();
}

function moveBetweenTabs(event) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(document.activeElement) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
  next.focus();
  next.click();
}

function show() {
  if (!state.me) return;
  setText($("agent-name"), state.me.name || state.me.id);
  setText($("agent-load"), state.me.capacityUnits ? `${state.me.usedUnits || 0} of ${state.me.capacityUnits} units` : "");
  for (const input of document.querySelectorAll("input[name=presence]")) {
    input.checked = input.value === state.me.presence;
    input.disabled = connection.state !== "open";
  }
  for (const name of ["work", "all", "quarantine"]) {
    const chosen = state.tab === name;
    $(`panel-${name}`).hidden = !chosen;
    $(`tab-${name}`).setAttribute("aria-selected", String(chosen));
    $(`tab-${name}`).tabIndex = chosen ? 0 : -1;
  }
  showWork(link, select);
  showLists(select);
  showTimeline(link);
  showComposer(link);
}

start();
