// The list of what was said and what waits to be sent. Nodes stay; only what changed is touched, so that a screen reader
// hears each message once.
import type {ChatFile} from "hark/v1";
import {el} from "./dom";
import {pieces, size} from "./text";
import {TEXT_BYTES_MAX, type Talk} from "./talk";
import {fill, type Words} from "./words";

interface Row {
  key: string;
  own: boolean;
  by: string;
  text: string;
  atMs: number;
  offset: string;
  files: ChatFile[];
  /** Under the message: sent at, waiting, or why not. */
  note: string;
  waits: boolean;
  refused: boolean;
}

export interface LogActions {
  tryAgain(clientId: string): void;
  discard(clientId: string): void;
  save(offset: string, index: number, name: string): void;
}

export class LogView {
  readonly element: HTMLElement;
  #greeting: HTMLElement;
  #nodes = new Map<string, HTMLElement>();
  #last = new Map<string, string>();
  #time: Intl.DateTimeFormat;

  constructor(private readonly words: Words, private readonly language: string, private readonly actions: LogActions) {
    this.#time = new Intl.DateTimeFormat(language, {hour: "2-digit", minute: "2-digit"});
    this.#greeting = el("p", {class: "greeting"}, words.greeting);
    this.element = el("div", {class: "log", role: "log", "aria-live": "polite", "aria-label": words.title, tabindex: "0"}, this.#greeting);
  }

  show(talk: Talk): void {
    const rows = [...this.#said(talk), ...this.#waiting(talk)];
    this.#greeting.hidden = rows.length > 0;
    const atEnd = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 80;
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, node] of this.#nodes) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
      this.#last.delete(key);
    }
    let grew = false;
    let before: Element = this.#greeting;
    for (const row of rows) {
      let node = this.#nodes.get(row.key);
      if (!node) {
        node = el("div");
        this.#nodes.set(row.key, node);
        grew = true;
      }
      this.#fill(node, row);
      if (before.nextElementSibling !== node) before.after(node);
      before = node;
    }
    if (atEnd || (grew && rows.at(-1)?.own)) this.toEnd();
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  *#said(talk: Talk): Generator<Row> {
    for (const item of talk.items) {
      const own = !item.agentName;
      const atMs = Number(item.atMs ?? 0);
      yield {
        key: item.clientId || `offset ${item.offset}`, own, by: own ? this.words.you : item.agentName ?? "", text: item.text ?? "", atMs,
        offset: item.offset ?? "", files: item.files ?? [], note: this.#when(atMs), waits: false, refused: false,
      };
    }
  }

  *#waiting(talk: Talk): Generator<Row> {
    for (const one of talk.unsent) {
      const refused = one.refused !== undefined;
      const why = one.refused || fill(this.words.textTooLong, {size: size(TEXT_BYTES_MAX, this.language)});
      const note = refused ? `${this.words.refused} ${why}` : talk.line === "open" ? this.words.sending : this.words.waiting;
      yield {key: one.clientId, own: true, by: this.words.you, text: one.text, atMs: one.atMs, offset: "", files: one.files, note, waits: !refused, refused};
    }
  }

  #when(atMs: number): string {
    const date = new Date(atMs);
    const today = new Date().toDateString() === date.toDateString();
    return today ? this.#time.format(date) : `${date.toLocaleDateString(this.language)} ${this.#time.format(date)}`;
  }

  #fill(node: HTMLElement, row: Row): void {
    const now = JSON.stringify(row);
    if (this.#last.get(row.key) === now) return;
    this.#last.set(row.key, now);
    node.className = `entry${row.own ? " own" : ""}${row.waits ? " waits" : ""}`;
    const parts: Node[] = [el("p", {class: row.own ? "by sr" : "by"}, row.by)];
    if (row.text) parts.push(el("div", {class: "bubble"}, ...pieces(row.text).map((piece) => this.#piece(piece.text, piece.href))));
    row.files.forEach((file, index) => parts.push(this.#file(row, file, index)));
    const note = el("p", {class: row.refused ? "note bad" : "note"}, row.note);
    if (row.refused) {
      note.append(" ", el("button", {class: "plain", type: "button", onclick: () => this.actions.tryAgain(row.key)}, this.words.again),
        el("button", {class: "plain", type: "button", onclick: () => this.actions.discard(row.key)}, this.words.remove));
    }
    node.replaceChildren(...parts, note);
  }

  #piece(text: string, href?: string): Node {
    return href ? el("a", {href, target: "_blank", rel: "noopener noreferrer nofollow"}, text) : document.createTextNode(text);
  }

  #file(row: Row, file: ChatFile, index: number): Node {
    const name = file.fileName ?? "";
    const bytes = size(Number(file.sizeBytes ?? 0), this.language);
    if (!row.offset) return el("div", {class: "file"}, `${name} · ${bytes}`);
    const label = fill(this.words.download, {name, size: bytes});
    return el("button", {class: "file", type: "button", "aria-label": label, onclick: () => this.actions.save(row.offset, index, name)}, `${name} · ${bytes}`);
  }
}
