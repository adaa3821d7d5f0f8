// Offers another way for a reply that lies ready in a chat whose visitor stays away. Nothing goes out by itself: the words are
// put before the agent, with where they would go and why.
import {useState} from "preact/hooks";
import {choose, draftOf, write} from "../compose/send.js";
import {switchTo, type Unfetched, unfetched, wordsOf} from "../compose/unfetched.js";
import {isEmpty} from "../compose/drafts.js";
import {addressText, channelName, customerText, timeText} from "../format.js";
import {seeNotices} from "../session.js";
import {isMine, serverNow, type State, type Thread} from "../store/state.js";
import {startWith} from "../tickets.js";
import {t} from "../words/words.js";
import {focusComposer} from "./focus.js";

/** Replies that the agent lets wait, as long as this page is there. */
const letWait = new Set<string>();

/** What the agent decides here needs no notice any more. */
function settleNotices(state: State, {replies}: Unfetched): void {
  const told = new Set(replies.map((reply) => `unfetched-${reply.id}`));
  const ids = state.notices.map((notice) => notice.id ?? "").filter((id) => told.has(id));
  if (ids.length) seeNotices(ids);
}

function offer(state: State, thread: Thread, found: Unfetched, since: string): void {
  settleNotices(state, found);
  const reason = t("unfetchedReason", {time: since});
  const text = wordsOf(found);
  const answered = found.replies.at(-1)?.answersEntryId ?? "";
  if (!isMine(state, thread.conversation)) {
    startWith({account: found.way.accountId ?? "", to: addressText(found.way.address), name: thread.conversation.customerName ?? "", text, reason});
    return;
  }
  choose(thread, {target: answered, mode: "reply"});
  // What the agent is writing to the customer already goes along.
  const draft = draftOf(thread, answered);
  write(thread, answered, {text: isEmpty(draft) ? text : `${text}\n\n${draft.text}`, switch: switchTo(found, reason)});
  focusComposer();
}

export function UnfetchedOffer({state, thread}: {state: State; thread: Thread}) {
  const [, again] = useState(0);
  const found = unfetched(thread.entries, thread.replyOptions);
  const first = found?.replies.find((reply) => Number(reply.unfetchedSinceMs ?? 0) > 0);
  if (!found || !first || letWait.has(found.replies.at(-1)?.id ?? "")) return null;
  // Another agent's customer is theirs to write to; they are offered the same.
  const {ticket} = thread.conversation;
  if (ticket?.state === "TICKET_STATE_ASSIGNED" && !isMine(state, thread.conversation)) return null;
  const draft = draftOf(thread, first.answersEntryId ?? "");
  if (draft.switch?.address === found.way.address) return null;
  const since = timeText(first.unfetchedSinceMs, serverNow(state));
  const wait = () => {
    settleNotices(state, found);
    letWait.add(found.replies.at(-1)?.id ?? "");
    again((count) => count + 1);
  };
  return (
    <section id="unfetched" class="notice unfetched" role="status" aria-label={t("unfetchedTitle")}>
      <p>{t("unfetchedLead", {who: customerText(thread.conversation), time: since})}</p>
      <blockquote class="line-clamp" dir="auto">{wordsOf(found)}</blockquote>
      <div class="row">
        <button type="button" class="small primary" id="unfetched-send" onClick={() => offer(state, thread, found, since)}>
          {t("unfetchedSend", {channel: channelName(found.way.channel), address: addressText(found.way.address)})}
        </button>
        <button type="button" class="plain small" id="unfetched-wait" onClick={wait}>{t("unfetchedWait")}</button>
      </div>
    </section>
  );
}
