// A message that the network has approved: chosen, filled in, and shown as the customer will read it.
import type {MessageTemplate} from "hark/v1";
import {isTemplate, partsOf, placeholdersOf, valueOf, withValue} from "../compose/sendable.js";
import {draftOf, write} from "../compose/send.js";
import type {Thread} from "../store/state.js";
import {t} from "../words/words.js";

export function TemplateForm({thread, entryId, templates, closed}: {
  thread: Thread; entryId: string; templates: readonly MessageTemplate[]; closed: boolean;
}) {
  const filled = draftOf(thread, entryId).template;
  const template = templates.find((one) => isTemplate(one, filled));
  const choose = (index: number) => {
    const chosen = templates[index];
    write(thread, entryId, {template: chosen && {name: chosen.name ?? "", language: chosen.language ?? "", fields: []}});
  };
  return (
    <div id="template" class="template">
      <div class="row">
        <label for="template-name" class="hidden">{t("template")}</label>
        <select id="template-name" value={template ? String(templates.indexOf(template)) : ""} onChange={(event) => choose(event.currentTarget.value ? Number(event.currentTarget.value) : -1)}>
          <option value="">{t("chooseTemplate")}</option>
          {templates.map((one, i) => <option value={String(i)}>{one.name} · {one.language}</option>)}
        </select>
        {!closed && <button type="button" class="plain small" onClick={() => choose(-1)}>{t("writeInstead")}</button>}
      </div>
      {template && filled && (
        <>
          <blockquote class="text" dir="auto">{partsOf(template, filled).map((part) => (part.field ? <mark>{part.text}</mark> : part.text))}</blockquote>
          {placeholdersOf(template.text ?? "").map((name) => (
            <div class="template-field" key={name}>
              <label for={`template-${name}`}>{`{{${name}}}`}</label>
              <input id={`template-${name}`} maxLength={300} autocomplete="off" dir="auto" value={valueOf(filled, name)}
                     onInput={(event) => write(thread, entryId, {template: withValue(template, filled, name, event.currentTarget.value)})} />
            </div>
          ))}
        </>
      )}
    </div>
  );
}
