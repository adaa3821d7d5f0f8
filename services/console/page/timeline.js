// Middle pane: what was said, by whom, on which channel, and what became of it.
import {$, ask, el, reconcile, setText} from "./dom.js";
import {blobAddress} from "./lists.js";
import {newKey} from "./link.js";
import {
  agentName, answeredEntry, changed, entriesOf, firstSequenceOf, isInbound, isMine, isOpenObligation, lastSequenceOf, nowMs,
  sequenceOf, state, threadOf, ticketOf,
} from "./state.js";
import {
  addressText, channelName, customerText, deliveryName, fullTimeText, isTrouble, obligationName, personText, refusalText,
  sizeText, statusText, ticketStateName, timeText,
} from "./words.js";

const INLINE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const INLINE_IMAGE_BYTES_MAX = 2 * 1024 * 1024;
const INLINE_IMAGES_MAX = 20;

const toggle = (key) => {
  if (!state.expanded.delete(key)) state.expanded.add(key);
  changed();
};

const dataUrl = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

/** Images that the mail brought along are put in its place; nothing is ever fetched from outside. */
async function withOwnImages(entry, html) {
  const images = (entry.content.attachments || []).filter((file) =>
    file.contentId && INLINE_TYPES.includes(file.contentType) && Number(file.blob?.sizeBytes || 0) <= INLINE_IMAGE_BYTES_MAX);
  for (const image of images.slice(0, INLINE_IMAGES_MAX)) {
    if (!html.includes(`cid:${image.contentId}`)) continue;
    const answer = await fetch(blobAddress(entry.conversationId, image.blob, {name: image.fileName, type: image.contentType, inline: true}));
    if (answer.ok) html = html.replaceAll(`cid:${image.contentId}`, await dataUrl(await answer.blob()));
  }
  return html;
}

/** The customer's HTML in a frame without scripts, without our origin and without a way to load anything. */
function htmlFrame(entry) {
  const frame = el("iframe", {
    class: "html", title: "Message as the customer formatted it", referrerpolicy: "no-referrer",
    sandbox: "allow-popups allow-popups-to-escape-sandbox", tabindex: "0",
  });
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  const head = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta name="referrer" content="no-referrer"><base target="_blank">` +
    `<style>body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1c2526;background:#fff;overflow-wrap:anywhere}img{max-width:100%}</style>`;
  withOwnImages(entry, entry.content.html).catch(() => entry.content.html).then((html) => { frame.srcdoc = head + html; });
  return frame;
}

function attachmentList(entry) {
  const files = entry.content?.attachments || [];
  if (!files.length) return null;
  return el("ul", {class: "files", "aria-label": "Attachments"}, files.map((file) => {
    const known = INLINE_TYPES.includes(file.contentType);
    const options = {name: file.fileName, type: file.contentType};
    return el("li", {},
      known ? el("img", {class: "thumb", alt: "", loading: "lazy", src: blobAddress(entry.conversationId, file.blob || {}, {...options, inline: true})}) : null,
      el("a", {href: blobAddress(entry.conversationId, file.blob || {}, options), download: file.fileName || "file"},
        file.fileName || "unnamed file"),
      el("span", {class: "quiet"}, ` ${sizeText(file.blob?.sizeBytes)}`));
  }));
}

function bodyOf(entry) {
  const content = entry.content || {};
  const whole = content.text || "";
  const visible = content.visibleText || whole;
  const textKey = `${entry.id}:text`;
  const htmlKey = `${entry.id}:html`;
  const showWhole = state.expanded.has(textKey);
  const showHtml = state.expanded.has(htmlKey);
  const folds = visible.trim() !== whole.trim();
  return [
    showHtml
      ? [htmlFrame(entry), /<img[^>]+https?:/i.test(content.html) ? el("p", {class: "quiet"}, "Pictures from other sites are not loaded: they would tell the sender that you read this.") : null]
      : el("div", {class: "text", dir: "auto"}, showWhole ? whole : visible || (content.html ? "This message has no text of its own." : "")),
    el("div", {class: "row folds"},
      folds && !showHtml
        ? el("button", {type: "button", class: "plain small", "aria-expanded": String(showWhole), data: {act: "text"}, onclick: () => toggle(textKey)},
          showWhole ? "Hide quoted text" : "Show quoted text")
        : null,
      content.html
        ? el("button", {type: "button", class: "plain small", "aria-expanded": String(showHtml), data: {act: "html"}, onclick: () => toggle(htmlKey)},
          showHtml ? "Show as text" : "Show formatting")
        : null,
      entry.raw?.id
        ? el("a", {class: "small", href: blobAddress(entry.conversationId, entry.raw, {name: `${entry.id}.eml`}), download: `${entry.id}.eml`}, "Raw message")
        : null),
    attachmentList(entry),
    content.remarks?.length
      ? el("details", {class: "remarks"}, el("summary", {}, "How it was read"), el("ul", {}, content.remarks.map((remark) => el("li", {}, remark))))
      : null,
  ];
}

const timeOf = (entry) => el("time", {class: "quiet", datetime: new Date(Number(entry.acceptedAtMs)).toISOString(), title: fullTimeText(entry.acceptedAtMs)},
  timeText(entry.acceptedAtMs, nowMs()));

function waive(thread, entry, link) {
  ask({
    title: "This message needs no answer?", ok: "It needs no answer",
    fields: [{name: "reason", label: "Why", required: true, list: ["only thanks", "answered by phone", "spam", "duplicate"], hint: "It goes on the record."}],
    act: ({reason}) => link.command("waiveObligation", {
      idempotencyKey: newKey(), entryId: entry.id, assignmentToken: ticketOf(thread.conversation).assignmentToken || "0", reason,
    }).catch((error) => { throw new Error(refusalText(error)); }),
  });
}

function inboundEntry(thread, entry, link) {
  const open = isOpenObligation(thread, entry);
  const chosen = answeredEntry(thread)?.id === entry.id && isMine(thread.conversation);
  const reply = () => {
    state.replyTo.set(thread.conversation.id, entry.id);
    changed();
    requestAnimationFrame(() => $("words").focus());
  };
  const accounts = [entry.accountId, ...(entry.alsoDeliveredTo || [])].filter(Boolean).join(", ");
  return el("li", {class: `entry inbound${chosen ? " chosen" : ""}`},
    el("div", {class: "meta"},
      el("strong", {}, entry.sender?.name || addressText(entry.sender?.address) || "Customer"),
      entry.sender?.name ? el("span", {class: "quiet"}, addressText(entry.sender.address)) : null,
      entry.senderVerified ? null : el("span", {class: "quiet mark", title: "The channel could not vouch for this sender."}, "unverified"),
      timeOf(entry)),
    el("div", {class: "meta"},
      el("span", {class: `chip ${channelName(entry.channel)}`}, channelName(entry.channel)),
      el("span", {class: "quiet"}, accounts ? `to ${accounts}` : ""),
      entry.obligation ? el("span", {class: `badge ${open ? "open" : "done"}`}, obligationName(entry.obligation)) : null),
    entry.content?.subject ? el("p", {class: "subject-line"}, entry.content.subject) : null,
    bodyOf(entry),
    entry.linkedConversationId
      ? el("p", {class: "notice"}, "It refers to another customer’s thread. ", el("a", {href: `#${entry.linkedConversationId}`}, "Open that conversation"))
      : null,
    isMine(thread.conversation)
      ? el("div", {class: "row"},
        el("button", {type: "button", class: "small", "aria-pressed": String(chosen), data: {act: "reply"}, onclick: reply}, chosen ? "Replying to this" : "Reply"),
        open ? el("button", {type: "button", class: "plain small", data: {act: "waive"}, onclick: () => waive(thread, entry, link)}, "Needs no answer…") : null)
      : null);
}

function replyEntry(thread, entry) {
  const trouble = isTrouble(entry.delivery);
  const answered = entriesOf(thread).find((other) => other.id === entry.answersEntryId);
  return el("li", {class: `entry reply${trouble ? " trouble" : ""}`},
    el("div", {class: "meta"},
      el("strong", {}, agentName(entry.agentId) || "Hark"),
      el("span", {class: "quiet"}, `to ${personText(entry.to)}`),
      timeOf(entry)),
    el("div", {class: "meta"},
      el("span", {class: `chip ${channelName(entry.channel)}`}, channelName(entry.channel)),
      el("span", {class: "quiet"}, entry.accountId ? `from ${entry.accountId}` : ""),
      el("span", {class: `badge ${trouble ? "bad" : entry.delivery === "DELIVERY_STATE_QUEUED" ? "" : "done"}`}, deliveryName(entry.delivery)),
      answered ? el("span", {class: "quiet"}, `answers ${timeText(answered.acceptedAtMs, nowMs())}`) : null),
    entry.cc?.length ? el("p", {class: "quiet"}, `Copy to ${entry.cc.map(personText).join(", ")}`) : null,
    trouble ? el("p", {class: "notice bad", role: "note"}, `${deliveryName(entry.delivery)}: ${entry.deliveryDetail || "no reason was given"}`) : null,
    bodyOf(entry));
}

function noteEntry(entry) {
  return el("li", {class: "entry note"},
    el("div", {class: "meta"}, el("strong", {}, agentName(entry.agentId)), el("span", {class: "badge"}, "note, stays in the house"), timeOf(entry)),
    el("div", {class: "text", dir: "auto"}, entry.content?.text || ""));
}

function autoReplyEntry(entry) {
  return el("li", {class: "entry inbound auto"},
    el("div", {class: "meta"}, el("strong", {}, personText(entry.sender)), el("span", {class: "badge"}, "automatic reply, awaits no answer"), timeOf(entry)),
    bodyOf(entry));
}

function entryNode(thread, entry, link) {
  switch (entry.kind) {
    case "ENTRY_KIND_INBOUND": return inboundEntry(thread, entry, link);
    case "ENTRY_KIND_REPLY": return replyEntry(thread, entry);
    case "ENTRY_KIND_NOTE": return noteEntry(entry);
    case "ENTRY_KIND_AUTO_REPLY": return autoReplyEntry(entry);
    default: return el("li", {class: "entry status"}, el("span", {}, statusText(entry, agentName)), timeOf(entry));
  }
}

function showHead(thread) {
  const conversation = thread.conversation;
  const ticket = ticketOf(conversation);
  setText($("customer"), customerText(conversation));
  reconcile($("addresses"), conversation.addresses || [], {
    key: (address) => address.address,
    stamp: (address) => String(address.verified),
    make: (address) => el("span", {class: "address"}, addressText(address.address),
      address.verified ? el("span", {class: "tick", title: "verified", role: "img", "aria-label": "verified"}, " ✓") : null),
  });
  const holder = ticket.agentId ? (ticket.agentId === state.me?.id ? "yours" : agentName(ticket.agentId)) : "";
  setText($("ticket-state"), ticket.state ? ticketStateName(ticket.state) + (holder ? ` · ${holder}` : "") : "no ticket");
}

let shownId = "";
let shownLast = 0;

export function showTimeline(link) {
  const thread = state.threads.get(state.selected);
  $("conversation-head").hidden = !thread;
  $("nothing-open").hidden = Boolean(thread);
  $("entries").hidden = !thread;
  if (!thread) {
    $("earlier").hidden = true;
    shownId = "";
    return;
  }
  const box = $("timeline");
  const wasAtEnd = shownId !== state.selected || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  showHead(thread);
  $("earlier").hidden = firstSequenceOf(thread) <= 1;
  setText($("earlier"), thread.loadingEarlier ? "Loading…" : "Show earlier");
  const mine = isMine(thread.conversation);
  const chosen = answeredEntry(thread)?.id;
  if (shownId !== state.selected) $("entries").replaceChildren();
  reconcile($("entries"), entriesOf(thread), {
    key: sequenceOf,
    stamp: (entry) => JSON.stringify([
      entry.delivery, entry.deliveryDetail, entry.obligation, entry.alsoDeliveredTo, mine, isInbound(entry) && chosen === entry.id,
      state.expanded.has(`${entry.id}:text`), state.expanded.has(`${entry.id}:html`), agentName(entry.agentId || ""),
    ]),
    make: (entry) => entryNode(thread, entry, link),
  });
  const last = lastSequenceOf(thread);
  if (wasAtEnd && (shownId !== state.selected || last !== shownLast)) box.scrollTop = box.scrollHeight;
  shownId = state.selected;
  shownLast = last;
}

export async function loadEarlier(link) {
  const thread = threadOf(state.selected);
  if (thread.loadingEarlier || firstSequenceOf(thread) <= 1) return;
  thread.loadingEarlier = true;
  changed();
  const box = $("timeline");
  const fromEnd = box.scrollHeight - box.scrollTop;
  try {
    const answer = await link.request({loadTimeline: {conversationId: thread.conversation.id, beforeSequence: String(firstSequenceOf(thread))}});
    for (const entry of answer.conversation?.entries || []) thread.entries.set(sequenceOf(entry), entry);
  } catch {
    // The button stays; the connection's state is shown above.
  } finally {
    thread.loadingEarlier = false;
    changed();
    requestAnimationFrame(() => { box.scrollTop = box.scrollHeight - fromEnd; });
  }
}
