// The chat as the visitor sees it: head, state of the line, what was said, who one is, and where one writes.
import {drawing, drawings, el} from "./dom";
import {save, upload} from "./files";
import {LogView} from "./log_view";
import type {KeptFile, Memory} from "./memory";
import {size} from "./text";
import type {Talk} from "./talk";
import {fill, type Words} from "./words";

const FILES_MAX = 10;
const NOTICE_MS = 6_000;

export interface PanelOptions {
  server: string;
  language: string;
  words: Words;
  memory: Memory;
  talk: Talk;
  /** Fills the page; there is nothing to close. */
  whole: boolean;
  close(): void;
}

export class Panel {
  readonly element: HTMLElement;
  #log: LogView;
  #title: HTMLElement;
  #status: HTMLElement;
  #typing: HTMLElement;
  #who: HTMLDetailsElement;
  #name: HTMLInputElement;
  #email: HTMLInputElement;
  #text: HTMLTextAreaElement;
  #chips: HTMLElement;
  #files: KeptFile[] = [];
  #uploads = 0;
  #sendWhenUploaded = false;
  #notice = {text: "", bad: false};
  /** Whose words stand in the fields. */
  #user: string | null = null;

  constructor(private readonly options: PanelOptions) {
    const {words, talk} = options;
    this.#log = new LogView(words, options.language, {
      tryAgain: (id) => talk.tryAgain(id),
      discard: (id) => this.#takeBack(id),
      save: (offset, index, name) => void save(options.server, talk.token, offset, index, name).catch(() => this.#tell(words.lost)),
    });
    this.#title = el("h1", {id: "hark-title"}, words.title);
    this.#status = el("p", {class: "status", role: "status", hidden: true});
    this.#status.style.margin = "0";
    this.#typing = el("div", {class: "typing", "aria-hidden": "true"});
    this.#name = el("input", {id: "hark-name", name: "name", autocomplete: "name", maxlength: "100"});
    this.#email = el("input", {id: "hark-email", name: "email", type: "email", autocomplete: "email", maxlength: "200"});
    this.#who = this.#introduction();
    this.#text = el("textarea", {id: "hark-message", rows: "1", placeholder: words.message, autocomplete: "off", enterkeyhint: "send"});
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#chips = el("ul", {class: "chips"});
    this.element = el("section", {class: `panel ${options.whole ? "whole" : "floating"}`, role: options.whole ? "main" : "dialog", "aria-labelledby": "hark-title"},
      this.#head(), this.#status, this.#log.element, this.#typing, this.#who, this.#composer());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !options.whole) options.close();
    });
    this.#recall();
  }

  show(): void {
    const {talk, words} = this.options;
    if (talk.user !== this.#user) this.#meet(talk.user);
    if (talk.accountName) this.#title.textContent = talk.accountName;
    const line = {idle: "", open: "", connecting: words.connecting, lost: words.lost, ended: `${words.ended} ${talk.why}`}[talk.line];
    const cut = talk.line === "lost" || talk.line === "ended";
    const notice = cut && !this.#notice.bad ? "" : this.#notice.text;
    const status = notice || (talk.line === "connecting" && talk.items.length === 0 ? "" : line);
    this.#status.hidden = status === "";
    this.#status.classList.toggle("bad", cut || this.#notice.bad);
    if (this.#status.textContent !== status) this.#status.textContent = status;
    this.#typing.textContent = talk.typing ? fill(words.typing, {name: talk.typing.trim() || words.someone}) : "";
    this.#who.hidden = talk.identified;
    this.#log.show(talk);
  }

  /** Where a keyboard begins. */
  focus(): void {
    this.#log.toEnd();
    this.#text.focus();
  }

  #head(): HTMLElement {
    const {options} = this;
    const head = el("header", {}, this.#title);
    if (!options.whole) {
      head.append(el("button", {class: "icon", type: "button", "aria-label": options.words.close, onclick: () => options.close()}, drawing(drawings.close)));
    }
    return head;
  }

  /** What another has left in the fields is not shown to this one, nor sent as theirs. */
  #meet(user: string | null): void {
    if (this.#user !== null) {
      for (const field of [this.#text, this.#name, this.#email]) field.value = "";
      this.#files = [];
      this.#chips.replaceChildren();
      this.#sendWhenUploaded = false;
    }
    this.#user = user;
    this.#recall();
  }

  #recall(): void {
    const {memory} = this.options;
    const said = memory.introduction;
    this.#name.value ||= said.name ?? "";
    this.#email.value ||= said.email ?? "";
    if (this.#text.value) memory.draft = this.#text.value;
    else this.#text.value = memory.draft;
    this.#fit();
  }

  #introduction(): HTMLDetailsElement {
    const {words, talk} = this.options;
    const [name, email] = [this.#name, this.#email];
    const details = el("details", {}, el("summary", {}, words.who));
    const form = el("form", {class: "who", onsubmit: (event) => {
      event.preventDefault();
      talk.introduce({name: name.value.trim(), email: email.value.trim()});
      details.open = false;
      this.#tell(words.saved, {bad: false});
      this.#text.focus();
    }}, el("label", {for: "hark-name"}, words.name), name, el("label", {for: "hark-email"}, words.email), email,
    el("button", {class: "button", type: "submit"}, words.save));
    details.append(form);
    return details;
  }

  #composer(): HTMLElement {
    const {words} = this.options;
    const picker = el("input", {type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => {
      for (const file of picker.files ?? []) void this.#attach(file);
      picker.value = "";
    }});
    return el("form", {class: "composer", onsubmit: (event) => {
      event.preventDefault();
      this.#send();
    }}, this.#chips, el("div", {class: "row"},
      el("button", {class: "icon", type: "button", "aria-label": words.attach, onclick: () => picker.click()}, drawing(drawings.attach)), picker,
      el("label", {class: "sr", for: "hark-message"}, words.message), this.#text,
      el("button", {class: "icon", type: "submit", "aria-label": words.send}, drawing(drawings.send))));
  }

  #send(): void {
    this.#sendWhenUploaded = this.#uploads > 0;
    if (this.#sendWhenUploaded) return;
    const text = this.#text.value.trim();
    if (!text && this.#files.length === 0) return;
    this.options.talk.write(text, this.#files);
    this.#files = [];
    this.#chips.replaceChildren();
    this.#text.value = "";
    this.options.memory.draft = "";
    this.#fit();
    this.#text.focus();
  }

  /** What the server refused goes back to where it can be changed, unless something else is being written there. */
  #takeBack(clientId: string): void {
    const message = this.options.talk.unsent.find((one) => one.clientId === clientId);
    if (message && !this.#text.value) {
      this.#text.value = message.text;
      this.#typed();
    }
    this.options.talk.discard(clientId);
    this.#text.focus();
  }

  #typed(): void {
    this.options.memory.draft = this.#text.value;
    this.options.talk.typed();
    void this.options.talk.connect();
    this.#fit();
  }

  #key(event: KeyboardEvent): void {
    // Enter that ends the composing of a character (Japanese, Chinese ...) sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #fit(): void {
    this.#text.style.blockSize = "auto";
    if (this.#text.scrollHeight > 0) this.#text.style.blockSize = `${this.#text.scrollHeight + 2}px`;
  }

  async #attach(file: File): Promise<void> {
    const {words, talk, server, language} = this.options;
    if (this.#chips.childElementCount >= FILES_MAX) return;
    if (talk.fileSizeMax && file.size > talk.fileSizeMax) {
      this.#tell(fill(words.tooLarge, {name: file.name, size: size(talk.fileSizeMax, language)}));
      return;
    }
    const bar = el("progress", {max: "1", value: "0", "aria-label": fill(words.uploading, {name: file.name})});
    const chip = el("li", {class: "chip"}, el("span", {}, file.name), bar);
    this.#chips.append(chip);
    ++this.#uploads;
    try {
      await talk.welcomed();
      const kept = await upload(server, talk.token, file, (part) => (bar.value = part));
      this.#files.push(kept);
      bar.replaceWith(el("button", {class: "icon", type: "button", "aria-label": `${words.remove}: ${file.name}`, onclick: () => {
        this.#files = this.#files.filter((one) => one !== kept);
        chip.remove();
        this.#text.focus();
      }}, drawing(drawings.close)));
    } catch {
      chip.remove();
      this.#tell(fill(words.notUploaded, {name: file.name}));
      this.#sendWhenUploaded = false;
    } finally {
      --this.#uploads;
    }
    if (this.#sendWhenUploaded) this.#send();
  }

  #tell(text: string, {bad} = {bad: true}): void {
    const notice = {text, bad};
    this.#notice = notice;
    this.show();
    setTimeout(() => {
      if (this.#notice !== notice) return;
      this.#notice = {text: "", bad: false};
      this.show();
    }, NOTICE_MS);
  }
}
