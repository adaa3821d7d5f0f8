// Right pane: the answer, where exactly it goes, and what is done with the ticket.
import {$, announce, ask, el, reconcile, setText} from "./dom.js";
import {newKey} from "./link.js";
import {
  agentName, answeredEntry, changed, isMine, lastSequenceOf, nowMs, readDraft, state, ticketOf, writeDraft,
} from "./state.js";
import {channelName, fullTimeText, personText, refusalText, ticketStateName, waitText} from "./words.js";

// Of UTF-8: below the server's limit of a reply, and of a frame when every character of it has to be escaped.
const WORDS_BYTES_MAX = 200 * 1024;
const sending = new Map();  // conversation id -> "reply" | "note" while an answer is awaited
const errors = new Map();   // conversation id -> words
let shownId = "";
let mode = "reply";

const thread = () => state.threads.get(state.selected);

/** Who gets it, from where, in which thread: exactly what the server binds the reply to. */
function destination(entry) {
  const to = entry.replyRoute?.to?.address ? entry.replyRoute.to : entry.sender;
  const person = entry.replyRoute?.to?.name || !entry.sender?.name ? to : {...to, name: entry.sender.name};
  return {
    to: personText(person), cc: (entry.replyRoute?.cc || []).map(personText), channel: channelName(entry.channel),
    account: entry.accountId, subject: entry.content?.subject,
  };
}

function showDestination(entry) {
  const place = $("destination");
  const latest = answeredEntry({...thread(), conversation: {id: ""}});  // what it would be without the agent's choice
  const stamp = `${state.selected}:${mode}:${entry?.id || ""}:${latest?.id || ""}`;
  if (place.dataset.stamp === stamp) return;
  place.dataset.stamp = stamp;
  if (mode === "note") {
    place.replaceChildren(el("p", {}, "Colleagues see this note. The customer never does."));
  } else if (!entry) {
    place.replaceChildren(el("p", {}, "There is no message of the customer to answer."));
  } else {
    const goes = destination(entry);
    place.replaceChildren(...[
      el("p", {}, "Reply to ", el("strong", {}, goes.to), " by ", el("strong", {}, goes.channel),
        goes.account ? [" from ", el("strong", {}, goes.account)] : [],
        goes.subject ? [", thread ", el("q", {}, goes.subject)] : []),
      goes.cc.length ? el("p", {class: "quiet"}, `Also to ${goes.cc.join(", ")}`) : null,
      latest && latest.id !== entry.id ? el("p", {class: "quiet"}, "This is not the customer’s latest unanswered message.") : null,
    ].filter(Boolean));
  }
}

function saveDraft() {
  const id = state.selected;
  const draft = readDraft(id);
  draft[mode] = $("words").value;
  draft.replyTo = state.replyTo.get(id) || draft.replyTo;
  const kept = writeDraft(id, draft);
  setText($("draft-state"), !draft[mode] ? "" : kept ? "Draft kept on this machine" : "This browser keeps no drafts");
}

function showWords() {
  const id = state.selected;
  const draft = readDraft(id);
  if (draft.replyTo && !state.replyTo.has(id)) state.replyTo.set(id, draft.replyTo);
  $("words").value = draft[mode] || "";
  setText($("draft-state"), draft[mode] ? "Draft kept on this machine" : "");
}

function setMode(next) {
  mode = next;
  showWords();
  changed();
}

async function send(link) {
  const id = state.selected;
  const at = thread();
  const words = $("words").value.trim();
  if (!at || !words || sending.has(id)) return;
  const what = mode;
  const entry = answeredEntry(at);
  if (what === "reply" && !entry) return;
  if (new TextEncoder().encode(words).length > WORDS_BYTES_MAX) {
    errors.set(id, "This is too long to send: at most 200 KB of text. Please shorten it.");
    return changed();
  }
  const draft = readDraft(id);
  // Kept with the draft: should the page be closed before the answer comes, the same words go out under the same key.
  const fingerprint = what === "reply" ? `${entry.id}\n${words}` : words;
  const known = draft.attempt?.what === what && draft.attempt.fingerprint === fingerprint ? draft.attempt.key : "";
  const key = known || newKey();
  writeDraft(id, {...draft, [what]: $("words").value, attempt: {what, fingerprint, key}});
  sending.set(id, what);
  errors.delete(id);
  changed();
  try {
    if (what === "reply") {
      await link.command("reply", {
        idempotencyKey: key, entryId: entry.id, text: words, assignmentToken: ticketOf(at.conversation).assignmentToken || "0",
        seenSequence: String(lastSequenceOf(at)),
      });
    } else {
      await link.command("addNote", {idempotencyKey: key, conversationId: id, text: words});
    }
    const rest = readDraft(id);
    writeDraft(id, {reply: what === "reply" ? "" : rest.reply, note: what === "note" ? "" : rest.note});
    if (what === "reply") state.replyTo.delete(id);
    if (id === state.selected && what === mode) showWords();
    announce(what === "reply" ? "Reply sent." : "Note added.");
  } catch (error) {
    errors.set(id, refusalText(error));
    // Refused for good: should the same words be sent again, it is a new action.
    if (!["OUTCOME_UNKNOWN", "LOST", "DEADLINE"].includes(error.reason)) {
      const rest = readDraft(id);
      delete rest.attempt;
      writeDraft(id, rest);
    }
  } finally {
    sending.delete(id);
    changed();
  }
}

const refused = (error) => { throw new Error(refusalText(error)); };

function resolve(link) {
  const {conversation} = thread();
  const ticket = ticketOf(conversation);
  const open = conversation.openObligations?.length || 0;
  const key = newKey();
  ask({
    title: "Resolve this ticket", ok: "Resolve",
    fields: [
      {name: "disposition", label: "What came of it", list: ["solved", "information given", "passed on", "no action needed", "spam"]},
      ...(open ? [{
        name: "waiveReason", label: open === 1 ? "One message is not answered. Why does it need no answer?" : `${open} messages are not answered. Why do they need no answer?`,
        type: "area", required: true, hint: "It goes on the record. Cancel to answer first.",
      }] : []),
    ],
    act: ({disposition, waiveReason = ""}) => link.command("resolve", {
      idempotencyKey: key, ticketId: ticket.id, assignmentToken: ticket.assignmentToken || "0", disposition, waiveReason,
    }).catch(refused),
  });
}

function transfer(link) {
  const ticket = ticketOf(thread().conversation);
  const key = newKey();
  ask({
    title: "Send back to the queue", ok: "Send back",
    fields: [
      {name: "reason", label: "Why", required: true, list: ["needs another skill", "end of my shift", "asked for a colleague"], hint: "The next agent reads it."},
      {name: "agent", label: "Wished colleague (login, optional)"},
      {name: "skills", label: "Wished skills (optional, separated by commas)", hint: "For example: billing, language:lv"},
    ],
    act: ({reason, agent, skills}) => link.command("transfer", {
      idempotencyKey: key, ticketId: ticket.id, assignmentToken: ticket.assignmentToken || "0", reason, wantedAgentId: agent.toLowerCase(),
      wantedSkills: skills.split(",").map((skill) => skill.trim().toLowerCase()).filter(Boolean),
    }).catch(refused),
  });
}

function reopen(link) {
  const key = newKey();
  const conversationId = state.selected;
  ask({
    title: "Reopen the ticket", ok: "Reopen",
    fields: [{name: "reason", label: "Why", required: true}],
    act: ({reason}) => link.command("reopen", {idempotencyKey: key, conversationId, reason}).catch(refused),
  });
}

function stateWords(conversation) {
  const ticket = ticketOf(conversation);
  if (isMine(conversation)) return "";
  if (ticket.state === "TICKET_STATE_ASSIGNED") return `${agentName(ticket.agentId)} holds this ticket. You can read along and write notes.`;
  if (ticket.state === "TICKET_STATE_QUEUED") return "This ticket waits in the queue. It is offered to the agent who fits best; you can read along and write notes.";
  if (ticket.state === "TICKET_STATE_RESOLVED") return "This ticket is resolved. Reopen it to answer.";
  return "There is no ticket.";
}

function showTicket(conversation) {
  const ticket = ticketOf(conversation);
  const facts = [
    ["State", ticketStateName(ticket.state) + (ticket.agentId ? `, ${agentName(ticket.agentId)}` : "")],
    ["Opened", ticket.openedAtMs ? fullTimeText(ticket.openedAtMs) : ""],
    ["Waiting", ticket.state !== "TICKET_STATE_RESOLVED" && ticket.waitingSinceMs ? waitText(nowMs() - Number(ticket.waitingSinceMs)) : ""],
    ["Resolved", ticket.state === "TICKET_STATE_RESOLVED" && ticket.resolvedAtMs ? fullTimeText(ticket.resolvedAtMs) : ""],
    ["Unanswered", conversation.openObligations?.length ? String(conversation.openObligations.length) : ""],
    ["Wished", [ticket.wantedAgentId && agentName(ticket.wantedAgentId), ...(ticket.wantedSkills || [])].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  reconcile($("ticket-facts"), facts, {
    key: ([name]) => name,
    stamp: ([, value]) => value,
    make: ([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)),
  });
  const mine = isMine(conversation);
  $("resolve").hidden = $("transfer").hidden = !mine;
  $("reopen").hidden = ticket.state !== "TICKET_STATE_RESOLVED";
}

export function showComposer(link) {
  const at = thread();
  $("composer").hidden = !at || !at.conversation.ticket;
  if ($("composer").hidden) {
    shownId = "";
    return;
  }
  const {conversation} = at;
  const mine = isMine(conversation);
  if (shownId !== state.selected) {
    shownId = state.selected;
    mode = mine ? "reply" : "note";
    showWords();
  }
  if (!mine && mode === "reply" && !$("words").value) mode = "note";
  $("tab-reply").setAttribute("aria-selected", String(mode === "reply"));
  $("tab-note").setAttribute("aria-selected", String(mode === "note"));
  setText($("composer-state"), stateWords(conversation));
  const entry = answeredEntry(at);
  showDestination(entry);
  const busy = sending.has(state.selected);
  $("words").readOnly = busy;
  $("words").placeholder = mode === "reply" ? "Write your answer…" : "Write a note…";
  setText($("words-label"), mode === "reply" ? "Your reply" : "Your note");
  $("send").disabled = busy || (mode === "reply" && (!mine || !entry));
  setText($("send"), busy ? (link.open ? "Sending…" : "Waiting for the connection…") : mode === "reply" ? "Send reply" : "Add note");
  const error = errors.get(state.selected);
  $("composer-error").hidden = !error;
  setText($("composer-error"), error || "");
  showTicket(conversation);
}

export function forgetComposer() {
  sending.clear();
  errors.clear();
  shownId = "";
  $("destination").dataset.stamp = "";
}

export function startComposer(link) {
  $("tab-reply").onclick = () => setMode("reply");
  $("tab-note").onclick = () => setMode("note");
  $("words").oninput = () => { saveDraft(); errors.delete(state.selected); changed(); };
  $("words").onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(link);
    }
  };
  $("panel-write").onsubmit = (event) => { event.preventDefault(); send(link); };
  $("resolve").onclick = () => resolve(link);
  $("transfer").onclick = () => transfer(link);
  $("reopen").onclick = () => reopen(link);
}
