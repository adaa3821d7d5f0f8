// The other two lists: everyone's conversations, and what could not be read.
import {$, el, reconcile, setText} from "./dom.js";
import {changed, nowMs, state} from "./state.js";
import {cardStamp, conversationCard} from "./work.js";
import {channelName, refusalText, sizeText, timeText} from "./words.js";

export async function loadAll(link, more = false) {
  const all = state.all;
  if (all.loading) return;
  all.loading = true;
  all.error = "";
  changed();
  try {
    const frame = {listConversations: {all: all.resolved, pageToken: more ? all.next : ""}};
    const {conversations = {}} = await link.request(frame);
    all.items = [...(more ? all.items : []), ...(conversations.conversations || [])];
    all.next = conversations.nextPageToken || "";
  } catch (error) {
    all.error = refusalText(error);
  } finally {
    all.loading = false;
    changed();
  }
}

export async function loadQuarantine(link) {
  const quarantine = state.quarantine;
  quarantine.loading = true;
  quarantine.error = "";
  changed();
  try {
    const answer = await link.request({listQuarantine: {}});
    quarantine.items = answer.quarantine?.items || [];
  } catch (error) {
    quarantine.error = refusalText(error);
  } finally {
    quarantine.loading = false;
    changed();
  }
}

export function blobAddress(owner, blob, {name = "", type = "", inline = false} = {}) {
  const query = new URLSearchParams({name, type, size: blob.sizeBytes || "0"});
  if (blob.inlined) query.set("inlined", "1");
  if (inline) query.set("inline", "1");
  return `/console/blob/${encodeURIComponent(owner)}/${encodeURIComponent(blob.id)}?${query}`;
}

function quarantineCard(item) {
  return el("li", {class: "card"},
    el("span", {class: "line"},
      el("span", {class: `chip ${channelName(item.channel)}`}, channelName(item.channel)),
      el("span", {class: "quiet"}, item.accountId ? `to ${item.accountId}` : ""),
      el("span", {class: "quiet time"}, timeText(item.atMs, nowMs()))),
    el("span", {}, item.reason || "no reason given"),
    item.raw?.id
      ? el("a", {href: blobAddress(item.id, item.raw, {name: `${item.id}.raw`}), download: `${item.id}.raw`}, `Save the raw message (${sizeText(item.raw.sizeBytes)})`)
      : null);
}

export function showLists(select) {
  const {all, quarantine} = state;
  if (state.tab === "all") {
    reconcile($("all"), all.items, {
      key: (conversation) => conversation.id,
      stamp: cardStamp,
      make: (conversation) => conversationCard(conversation, {onclick: () => select(conversation.id), showState: true}),
    });
    setText($("all-empty"), all.error || (all.loading && !all.items.length ? "Loading…" : all.items.length ? "" : "There is none."));
    $("all-more").hidden = !all.next;
  }
  if (state.tab === "quarantine") {
    reconcile($("quarantine"), quarantine.items, {key: (item) => item.id, stamp: (item) => item.id, make: quarantineCard});
    setText($("quarantine-empty"), quarantine.error || (quarantine.loading ? "Loading…" : quarantine.items.length ? "" : "Nothing is in quarantine."));
  }
}
