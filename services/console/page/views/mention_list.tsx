// Colleagues to name in a note, offered while `@` is being written.
import {mentionAt, suggested, withMention} from "../compose/mention.js";
import type {State} from "../store/state.js";
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
