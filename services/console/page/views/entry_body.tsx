// What a message says: its own words, the quoted part folded, the customer's HTML where it can do nothing, and its files.
import type {Attachment, BlobRef, Entry} from "hark/v1";
import {useEffect, useRef, useState} from "preact/hooks";
import {foreignPictures, withForeignPictures} from "../foreign_pictures.js";
import {sizeText} from "../format.js";
import {t} from "../words/words.js";
import {Icon} from "./icons.js";

const INLINE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SOUND_TYPES = ["audio/wav", "audio/mpeg", "audio/ogg", "audio/mp4"];
const INLINE_IMAGE_BYTES_MAX = 2 * 1024 * 1024;
const INLINE_IMAGES_MAX = 20;

export function blobAddress(owner: string | undefined, blob: BlobRef | undefined, {name = "", type = "", inline = false} = {}): string {
  const query = new URLSearchParams({name, type, size: blob?.sizeBytes ?? "0"});
  if (blob?.inlined) query.set("inlined", "1");
  if (inline) query.set("inline", "1");
  return `/console/blob/${encodeURIComponent(owner ?? "")}/${encodeURIComponent(blob?.id ?? "")}?${query}`;
}

const fileAddress = (entry: Entry, file: Attachment, inline = false): string =>
  blobAddress(entry.id, file.blob, {name: file.fileName ?? "", type: file.contentType ?? "", inline});

const dataUrl = (blob: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

/** Images that the mail brought along are put in its place; nothing is ever fetched from outside. */
async function withOwnImages(entry: Entry, html: string): Promise<string> {
  const images = (entry.content?.attachments ?? []).filter((file) =>
    file.contentId && INLINE_TYPES.includes(file.contentType ?? "") && Number(file.blob?.sizeBytes ?? 0) <= INLINE_IMAGE_BYTES_MAX);
  for (const image of images.slice(0, INLINE_IMAGES_MAX)) {
    if (!html.includes(`cid:${image.contentId}`)) continue;
    const answer = await fetch(fileAddress(entry, image, true));
    if (answer.ok) html = html.replaceAll(`cid:${image.contentId}`, await dataUrl(await answer.blob()));
  }
  return html;
}

const frameHead = (pictures: string): string => `<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures}">
<meta name="referrer" content="no-referrer"><base target="_blank">
<style>body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1c2526;background:#fff;overflow-wrap:anywhere}img{max-width:100%}</style>`;

/** With pictures from outside: in a page of its own, whose policy lets them in. */
function PicturesFrame({content}: {content: string}) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const give = ({source}: {source: unknown}) => {
      if (content && source === frame.current?.contentWindow) frame.current?.contentWindow?.postMessage(content, "*");
    };
    addEventListener("message", give);
    return () => removeEventListener("message", give);
  }, [content]);
  // It asks for the message when it is there; so it begins when there is one.
  return content
    ? <iframe ref={frame} class="html" title={t("formattedTitle")} referrerpolicy="no-referrer" tabIndex={0} src="/console/viewer.html"
              sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" />
    : null;
}

/**
 * The customer's HTML in a frame without scripts, without our origin and, until the agent asks for its pictures, without a way to
 * load anything. The frame comes with its contents: in Chromium one that was empty a moment before may stay empty.
 */
function HtmlFrame({entry}: {entry: Entry}) {
  const html = entry.content?.html ?? "";
  const [content, setContent] = useState("");
  const [pictures, togglePictures] = useUnfolded(`${entry.id}:pictures`);
  const foreign = foreignPictures(html);
  useEffect(() => {
    let wanted = true;
    setContent("");
    withOwnImages(entry, html).catch(() => html).then((whole) => wanted && setContent(
      pictures ? frameHead("data: http: https:") + withForeignPictures(whole) : frameHead("data:") + whole));
    return () => { wanted = false; };
  }, [entry.id, html, pictures]);
  return (
    <>
      {pictures
        ? <PicturesFrame content={content} />
        : content && (
          <iframe class="html" title={t("formattedTitle")} referrerpolicy="no-referrer" sandbox="allow-popups allow-popups-to-escape-sandbox"
                  tabIndex={0} srcdoc={content} />
        )}
      {foreign > 0 && !pictures && (
        <p class="pictures quiet">
          <span>{t("foreignPictures", {count: foreign})}</span>
          <button type="button" class="small" onClick={togglePictures}>{t("showPictures")}</button>
        </p>
      )}
    </>
  );
}

/** Played here; nothing is fetched before the person wants to hear it. */
export function Sound({entry, file, label}: {entry: Entry; file: Attachment; label: string}) {
  return <audio class="sound" controls preload="none" aria-label={label} src={fileAddress(entry, file, true)} />;
}

function Files({entry}: {entry: Entry}) {
  const files = entry.content?.attachments ?? [];
  if (!files.length) return null;
  return (
    <ul class="files" aria-label={t("attachments")}>
      {files.map((file) => (
        <li>
          <a class="file" href={fileAddress(entry, file)} download={file.fileName || "file"}>
            {INLINE_TYPES.includes(file.contentType ?? "")
              ? <img class="thumb" alt="" loading="lazy" src={fileAddress(entry, file, true)} />
              : <Icon name="clip" />}
            <span>{file.fileName || t("unnamedFile")}</span>
            <span class="quiet">{sizeText(file.blob?.sizeBytes)}</span>
          </a>
          {SOUND_TYPES.includes(file.contentType ?? "") && <Sound entry={entry} file={file} label={file.fileName || t("unnamedFile")} />}
        </li>
      ))}
    </ul>
  );
}

/** What the person unfolded stays unfolded when it was scrolled out of the document and back. */
const unfolded = new Set<string>();
function useUnfolded(key: string): [boolean, () => void] {
  const [, again] = useState(0);
  return [unfolded.has(key), () => {
    if (!unfolded.delete(key)) unfolded.add(key);
    again((count) => count + 1);
  }];
}

export function EntryBody({entry}: {entry: Entry}) {
  const [whole, toggleWhole] = useUnfolded(`${entry.id}:text`);
  const [formatted, toggleFormatted] = useUnfolded(`${entry.id}:html`);
  const {text = "", visibleText, html, remarks = []} = entry.content ?? {};
  const visible = visibleText || text;
  const folds = visible.trim() !== text.trim();
  return (
    <>
      {formatted
        ? <HtmlFrame entry={entry} />
        : <div class="text" dir="auto">{(whole ? text : visible) || (html ? t("noOwnText") : "")}</div>}
      <Files entry={entry} />
      {(folds || html || entry.raw?.id) && (
        <div class="folds">
          {folds && !formatted && <button type="button" class="plain small" aria-expanded={whole} onClick={toggleWhole}>{t(whole ? "hideQuoted" : "showQuoted")}</button>}
          {html && <button type="button" class="plain small" aria-expanded={formatted} onClick={toggleFormatted}>{t(formatted ? "showAsText" : "showFormatted")}</button>}
          {entry.raw?.id && <a class="plain small" href={blobAddress(entry.id, entry.raw, {name: `${entry.id}.eml`})} download={`${entry.id}.eml`}>{t("rawMessage")}</a>}
        </div>
      )}
      {remarks.length > 0 && <details class="remarks"><summary>{t("howItWasRead")}</summary><ul>{remarks.map((remark) => <li>{remark}</li>)}</ul></details>}
    </>
  );
}
