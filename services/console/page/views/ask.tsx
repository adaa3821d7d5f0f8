// Asks in a modal dialog. It closes when what was to be done is done, and says why when it is not.
import {useEffect, useLayoutEffect, useRef, useState} from "preact/hooks";
import {refusalText} from "../format.js";
import {t} from "../words/words.js";

export interface Field {
  name: string;
  label: string;
  area?: boolean;
  /** A message, not a remark. */
  long?: boolean;
  required?: boolean;
  /** Words to choose from, or to write others in their place. */
  list?: readonly string[];
  /** Several of them, separated by commas. */
  many?: boolean;
  choices?: readonly {value: string; label: string}[];
  hint?: string;
  value?: string;
}
export interface Question {
  title: string;
  ok: string;
  /** What one has to see to answer. */
  lead?: preact.ComponentChildren;
  fields: readonly Field[];
  act(values: Record<string, string>): Promise<unknown>;
}

let listener: (question: Question | null) => void = () => {};
export const ask = (question: Question): void => listener(question);

/** Suggestions under a field: one click puts the words in. */
function Suggestions({field, onPick}: {field: Field; onPick: (words: string) => void}) {
  if (!field.list?.length || field.list.length > 6) return null;
  return (
    <div class="suggestions">
      {field.list.map((words) => <button type="button" class="chip-button" onClick={() => onPick(words)}>{words}</button>)}
    </div>
  );
}

function FieldInput({field}: {field: Field}) {
  const id = `dialog-${field.name}`;
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const pick = (words: string) => {
    if (!input.current) return;
    const before = field.many ? input.current.value.trim().replace(/,$/, "") : "";
    input.current.value = before ? `${before}, ${words}` : words;
    input.current.focus();
  };
  const long = Boolean(field.list && field.list.length > 6);
  return (
    <div class="field">
      <label for={id}>{field.label}{field.required && <span class="required" aria-hidden="true"> *</span>}</label>
      {field.choices
        ? <select id={id} name={field.name} defaultValue={field.value ?? ""}>{field.choices.map(({value, label}) => <option value={value}>{label}</option>)}</select>
        : field.area
          ? <textarea id={id} name={field.name} rows={field.long ? 8 : 3} maxLength={field.long ? 200_000 : 2000} ref={input} aria-required={field.required} defaultValue={field.value ?? ""} />
          : <input id={id} name={field.name} maxLength={200} aria-required={field.required} autocomplete="off" ref={input} defaultValue={field.value ?? ""} list={long ? `${id}-list` : undefined} />}
      {long && <datalist id={`${id}-list`}>{field.list?.map((value) => <option value={value} />)}</datalist>}
      <Suggestions field={field} onPick={pick} />
      {field.hint && <p class="quiet">{field.hint}</p>}
    </div>
  );
}

export function AskDialog() {
  const [question, setQuestion] = useState<Question | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const back = useRef<Element | null>(null);
  useEffect(() => {
    listener = (next) => {
      back.current = document.activeElement;
      setError("");
      setQuestion(next);
    };
  }, []);
  useLayoutEffect(() => {
    if (!question) return;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [question]);

  const close = () => {
    dialog.current?.close();
    setQuestion(null);
    if (back.current instanceof HTMLElement && back.current.isConnected) back.current.focus();
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!question || busy) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const values = Object.fromEntries(question.fields.map(({name}) => [name, String(form.get(name) ?? "").trim()]));
    const missing = question.fields.find((field) => field.required && !values[field.name]);
    if (missing) {
      setError(t("fillIn", {label: missing.label}));
      dialog.current?.querySelector<HTMLElement>(`#dialog-${missing.name}`)?.focus();
      return;
    }
    setBusy(true);
    try {
      await question.act(values);
      close();
    } catch (refusal) {
      setError(refusalText(refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <dialog id="dialog" ref={dialog} aria-labelledby="dialog-title" onCancel={(event) => { event.preventDefault(); close(); }}>
      {question && (
        <form key={question.title} onSubmit={submit}>
          <h2 id="dialog-title">{question.title}</h2>
          {question.lead}
          {question.fields.map((field) => <FieldInput key={field.name} field={field} />)}
          <p id="dialog-error" class="error" role="alert">{error}</p>
          <div class="row end">
            <button id="dialog-cancel" class="plain" type="button" onClick={close}>{t("cancel")}</button>
            <button id="dialog-ok" class="primary" type="submit" disabled={busy}>{question.ok}</button>
          </div>
        </form>
      )}
    </dialog>
  );
}
