// The command palette: everything that can be done here, found by its name, with the key that does it at once.
import {useEffect, useLayoutEffect, useRef, useState} from "preact/hooks";
import {type Command, commands} from "../commands.js";
import {matching} from "../palette_filter.js";
import {settings} from "../settings.js";
import type {State} from "../store/state.js";
import {t} from "../words/words.js";
import {isWriting} from "./focus.js";

let opener: () => void = () => {};
export const openPalette = (): void => opener();

/** Ctrl-K or Cmd-K anywhere; single letters where nobody writes and no dialog is open. */
function useKeys(state: State, open: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return open();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !settings().singleKeys || isWriting(event.target) || document.querySelector("dialog[open]")) return;
      const command = commands(state).find(({key}) => key === event.key);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [state]);
}

export function Palette({state}: {state: State}) {
  const [shown, setShown] = useState(false);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const back = useRef<Element | null>(null);
  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    back.current = document.activeElement;
    setQuery("");
    setAt(0);
    setShown(true);
  };
  opener = open;
  useKeys(state, open);
  useLayoutEffect(() => {
    if (!shown) return;
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
  }, [shown]);
  useLayoutEffect(() => { dialog.current?.querySelector("[aria-selected=true]")?.scrollIntoView({block: "nearest"}); }, [at]);

  const close = () => {
    dialog.current?.close();
    setShown(false);
    if (back.current instanceof HTMLElement) back.current.focus();
  };
  const run = (command: Command | undefined) => {
    close();
    command?.run();
  };
  if (!shown) return <dialog id="palette" ref={dialog} />;
  const found = matching(query, commands(state), (command) => command.title);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") run(found[at]);
    else if (by && found.length) setAt((at + by + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <dialog id="palette" ref={dialog} aria-label={t("commands")} onCancel={(event) => { event.preventDefault(); close(); }}
            onClick={(event) => { if (event.target === dialog.current) close(); }}>
      <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={`command-${at}`} autocomplete="off"
             placeholder={t("commandPlaceholder")} aria-label={t("commandPlaceholder")} value={query} onKeyDown={onKeyDown}
             onInput={(event) => { setQuery(event.currentTarget.value); setAt(0); }} />
      <ul id="palette-list" role="listbox" aria-label={t("commands")}>
        {found.map((command, i) => (
          <li id={`command-${i}`} role="option" aria-selected={i === at} onClick={() => run(command)} onMouseMove={() => setAt(i)}>
            <span>{command.title}</span>{command.key && <kbd>{command.key.toUpperCase()}</kbd>}
          </li>
        ))}
      </ul>
      {!found.length && <p class="empty">{t("noCommand")}</p>}
    </dialog>
  );
}
