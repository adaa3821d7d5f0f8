// The answer that an agent was writing when the ticket went to somebody else: before them, to go on with as a note.
import type {Thread} from "../store/state.js";
import {isEmpty, NOTE} from "../compose/drafts.js";
import {draftOf, write} from "../compose/send.js";
import {drafts} from "../session.js";
import {t} from "../words/words.js";
import {focusComposer} from "./focus.js";

export function KeptDraft({thread}: {thread: Thread}) {
  const id = thread.conversation.id ?? "";
  const kept = Object.entries(drafts.of(id).drafts).filter(([entryId, draft]) => entryId !== NOTE && !isEmpty(draft));
  const drop = (entryId: string) => write(thread, entryId, {text: "", attachments: [], switch: undefined, privately: undefined, template: undefined});
  const toNote = (entryId: string, text: string) => {
    const note = draftOf(thread, NOTE).text;
    write(thread, NOTE, {text: note ? `${note}\n\n${text}` : text});
    drop(entryId);
    focusComposer();
  };
  return (
    <>
      {kept.map(([entryId, {text, attachments}]) => (
        <div key={entryId} class="notice kept-draft" role="alert">
          <p>{t("draftKeptUnsent")}</p>
          <blockquote dir="auto">{text || attachments.map(({fileName}) => fileName).join(", ")}</blockquote>
          <div class="row">
            {text && <button type="button" class="small" onClick={() => toNote(entryId, text)}>{t("draftToNote")}</button>}
            <button type="button" class="plain small" onClick={() => drop(entryId)}>{t("draftDrop")}</button>
          </div>
        </div>
      ))}
    </>
  );
}
