// The chat as the visitor sees it: head, state of the line, what was said, who one is, and where one writes.
import {Attachments} from "./attachments";
import {drawing, drawings, el} from "./dom";
import {save} from "./files";
import {LogView} from "./log_view";
import type {Memory} from "./memory";
import {size} from "./text";
import {TEXT_BYTES_MAX, type Talk} from "./talk";
import {fill, type Words} from "./words";

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
  #attachments: Attachments;
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
    this.#attachments = new Attachments({...options, tell: (words) => this.#tell(words), changed: (what) => this.#attached(what)});
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
      this.#attachments.clear();
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
      this.#attachments.add([...(picker.files ?? [])]);
      picker.value = "";
    }});
    return el("form", {class: "composer", onsubmit: (event) => {
      event.preventDefault();
      this.#send();
    }}, this.#attachments.element, el("div", {class: "row"},
      el("button", {class: "icon", type: "button", "aria-label": words.attach, onclick: () => picker.click()}, drawing(drawings.attach)), picker,
      el("label", {class: "sr", for: "hark-message"}, words.message), this.#text,
      el("button", {class: "icon", type: "submit", "aria-label": words.send}, drawing(drawings.send))));
  }

  #send(): void {
    const {talk, memory, words, language} = this.options;
    const text = this.#text.value.trim();
    if (!talk.fits(text)) {
      this.#tell(fill(words.textTooLong, {size: size(TEXT_BYTES_MAX, language)}));
      return;
    }
    this.#sendWhenUploaded = this.#attachments.underWay;
    if (this.#sendWhenUploaded) {
      this.#tell(words.afterFiles, {bad: false});
      return;
    }
    const files = this.#attachments.take();
    if (!text && files.length === 0) return;
    talk.write(text, files);
    this.#text.value = "";
    memory.draft = "";
    this.#fit();
    this.#text.focus();
  }

  /** What was to go out with its files goes out once they have arrived, and not without one that could not. */
  #attached(what: "arrived" | "failed" | "taken off"): void {
    if (what === "taken off") this.#text.focus();
    if (what === "failed") this.#sendWhenUploaded = false;
    if (this.#sendWhenUploaded && !this.#attachments.underWay) this.#send();
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
