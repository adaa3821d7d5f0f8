// Words kept for reuse: chosen from a menu, put where the cursor is.
import type {Entry} from "hark/v1";
import {useRef, useState} from "preact/hooks";
import {fillIn, inOrderFor} from "../compose/canned.js";
import {draftOf, write} from "../compose/send.js";
import {matching} from "../palette_filter.js";
import {agentName, type State, type Thread} from "../store/state.js";
import {language, t} from "../words/words.js";
import {Icon} from "./icons.js";
import {focusComposer} from "./focus.js";

export function CannedMenu({state, thread, entry}: {state: State; thread: Thread; entry: Entry}) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const replies = inOrderFor(language(), state.setup.cannedReplies ?? []);
  if (!replies.length) return null;
  const account = state.setup.accounts?.find((one) => one.id === entry.accountId);
  const values = {
    customer_name: thread.conversation.customerName ?? entry.sender?.name ?? "", agent_name: agentName(state, state.me?.id),
    subject: entry.content?.subject ?? "", account_name: account?.name ?? entry.accountId ?? "",
  };
  const found = matching(query, replies, (reply) => `${reply.title} ${reply.text}`);
  const put = (text: string) => {
    const words = document.querySelector<HTMLTextAreaElement>("#words");
    const before = draftOf(thread, entry.id ?? "").text;
    const at = words?.selectionStart ?? before.length;
    write(thread, entry.id ?? "", {text: before.slice(0, at) + fillIn(text, values) + before.slice(words?.selectionEnd ?? at)});
    setOpen(false);
    setQuery("");
    focusComposer();
  };
  return (
    <div class="menu-box" ref={box} onFocusOut={(event) => { if (!box.current?.contains(event.relatedTarget as Node | null)) setOpen(false); }}>
      <button type="button" id="canned" class="plain" aria-label={t("canned")} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
        <Icon name="words" /> <span class="wide-only">{t("canned")}</span>
      </button>
      {open && (
        <div class="menu up" role="dialog" aria-label={t("cannedTitle")} onKeyDown={(event) => { if (event.key === "Escape") { setOpen(false); focusComposer(); } }}>
          <input type="search" autofocus value={query} aria-label={t("cannedTitle")} onInput={(event) => setQuery(event.currentTarget.value)}
                 onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); if (found[0]) put(found[0].text ?? ""); } }}
                 ref={(input) => { if (input && !query) input.focus(); }} />
          <ul>
            {found.map((reply) => (
              <li><button type="button" onClick={() => put(reply.text ?? "")}><strong>{reply.title}</strong><span class="quiet line-clamp">{fillIn(reply.text ?? "", values)}</span></button></li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
