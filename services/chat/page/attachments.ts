// The files of the message that is being written: each goes up at once, and can be taken off at any time.
import {drawing, drawings, el} from "./dom";
import {retryDelay, upload} from "./files";
import type {KeptFile} from "./memory";
import {size} from "./text";
import type {Talk} from "./talk";
import {fill, type Words} from "./words";

const FILES_MAX = 10;

export interface AttachmentsOptions {
  server: string;
  language: string;
  words: Words;
  talk: Talk;
  tell(text: string): void;
  changed(what: "arrived" | "failed" | "taken off"): void;
}

interface Attachment {
  chip: HTMLElement;
  /** Once it has got there. */
  kept?: KeptFile;
  stop: AbortController;
}

export class Attachments {
  readonly element = el("ul", {class: "chips"});
  #all: Attachment[] = [];

  constructor(private readonly options: AttachmentsOptions) {}

  get underWay(): boolean {
    return this.#all.some((one) => !one.kept);
  }

  add(files: File[]): void {
    const {words, talk, language, tell} = this.options;
    const large = files.filter((file) => talk.fileSizeMax && file.size > talk.fileSizeMax);
    const fitting = files.filter((file) => !large.includes(file));
    const room = FILES_MAX - this.#all.length;
    for (const file of fitting.slice(0, room)) void this.#attach(file);
    const surplus = fitting.slice(room);
    const complaints = large.map(({name}) => fill(words.tooLarge, {name, size: size(talk.fileSizeMax, language)}));
    if (surplus.length > 0) complaints.push(fill(words.tooManyFiles, {count: String(FILES_MAX), names: surplus.map(({name}) => name).join(", ")}));
    if (complaints.length > 0) tell(complaints.join(" "));
  }

  /** Those that have got there, for the message that goes out now. */
  take(): KeptFile[] {
    const kept = this.#all.flatMap((one) => one.kept ?? []);
    this.clear();
    return kept;
  }

  clear(): void {
    for (const one of this.#all) one.stop.abort();
    this.#all = [];
    this.element.replaceChildren();
  }

  async #attach(file: File): Promise<void> {
    const {words, tell, changed} = this.options;
    const bar = el("progress", {max: "1", value: "0", "aria-label": fill(words.uploading, {name: file.name})});
    const remove = el("button", {class: "icon", type: "button", "aria-label": `${words.remove}: ${file.name}`, onclick: () => {
      this.#remove(one);
      changed("taken off");
    }}, drawing(drawings.close));
    const one: Attachment = {chip: el("li", {class: "chip"}, el("span", {}, file.name), bar, remove), stop: new AbortController()};
    this.#all.push(one);
    this.element.append(one.chip);
    try {
      one.kept = await this.#send(file, one.stop.signal, bar);
      bar.remove();
    } catch {
      if (one.stop.signal.aborted) return;
      this.#remove(one);
      tell(fill(words.notUploaded, {name: file.name}));
    }
    changed(one.kept ? "arrived" : "failed");
  }

  /** As often as it may help; a server that is busy says when. */
  async #send(file: File, signal: AbortSignal, bar: HTMLProgressElement): Promise<KeptFile> {
    const {words, server, talk, tell} = this.options;
    for (let attempt = 0; ; ++attempt) {
      await talk.welcomed();
      signal.throwIfAborted();
      try {
        return await upload(server, talk.token, file, (part) => (bar.value = part), signal);
      } catch (refusal) {
        const delay = signal.aborted ? null : retryDelay(refusal, attempt);
        if (delay === null) throw refusal;
        bar.value = 0;
        tell(fill(words.uploadWaits, {name: file.name}));
        await new Promise((resolve) => setTimeout(resolve, delay));
        signal.throwIfAborted();
      }
    }
  }

  #remove(one: Attachment): void {
    one.stop.abort();
    this.#all = this.#all.filter((other) => other !== one);
    one.chip.remove();
  }
}
