// Colleagues to name in a note, offered while `@` is being written; and who will be told, or is not a colleague.
import {mentionAt, mentionsIn, suggested, withMention} from "../compose/mention.js";
import {agentName, type State} from "../store/state.js";
import {t} from "../words/words.js";

interface Props {
  state: State;
  area: HTMLTextAreaElement | null;
  text: string;
  onPick(text: string): void;
}

export function MentionList({state, area, text, onPick}: Props) {
  const cursor = area?.selectionEnd ?? text.length;
  const begun = mentionAt(text, cursor);
  if (!begun || !area) return null;
  const found = suggested(begun.query, [...state.colleagues.values()], state.me?.id);
  if (!found.length) return null;
  const pick = (login: string) => {
    const next = withMention(text, begun.from, cursor, login);
    onPick(next.text);
    requestAnimationFrame(() => requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(next.cursor, next.cursor);
    }));
  };
  return (
    <div class="suggestions mentions" role="group" aria-label={t("agents")}>
      {found.map(({id = "", name}) => <button type="button" class="chip-button" onClick={() => pick(id)}>{name || id} <span class="quiet">@{id}</span></button>)}
    </div>
  );
}

/** What its `@`s will do. The one at the cursor is still being written. */
export function WhoIsTold({state, area, text}: {state: State; area: HTMLTextAreaElement | null; text: string}) {
  const cursor = area?.selectionEnd ?? text.length;
  const mentions = mentionsIn(text, [...state.colleagues.values()]);
  const told = [...new Set(mentions.map(({id}) => id))].filter((id) => id && id !== state.me?.id);
  const nobody = mentions.filter(({id, to}) => !id && to !== cursor).map(({from, to}) => text.slice(from, to));
  return (
    <div id="who-is-told" role="status">
      {told.length > 0 && <p class="quiet">{t("mentionsTell", {who: told.map((id) => agentName(state, id)).join(", ")})}</p>}
      {nobody.length > 0 && <p class="notice">{t("mentionsNobody", {names: nobody.join(", ")})}</p>}
    </div>
  );
}
