// One visitor's chat: what was said, what waits to be sent, and the line to the server.
import type {ChatItem, ChatRequest, ChatResponse, SignedIdentity} from "hark/v1";
import {Memory, type KeptFile, type Unsent} from "./memory";

const BACK_OFF_FIRST_MS = 1_000;
const BACK_OFF_MOST_MS = 30_000;
const IDENTITY_MS = 20_000;
const PING_MS = 25_000;
const SEEN_AFTER_MS = 80;
const TYPING_AGAIN_MS = 3_000;
const TYPING_HOLDS_MS = 15_000;
const CLOSE_IDLE = 1000;
const CLOSE_TOO_LARGE = 1009;
const CLOSE_NEW_TOKEN = 4001;
const CLOSE_NOT_WELCOME = 4003;

/** Of one message, in UTF-8. */
export const TEXT_BYTES_MAX = 16 * 1024;

/** idle: nothing to talk about yet, or silent for long · ended: the server wants no more of us. */
export type Line = "idle" | "connecting" | "open" | "lost" | "ended";

/** As much of a WebSocket as is used here. */
export interface Socket {
  onopen: (() => void) | null;
  onclose: ((event: {code: number}) => void) | null;
  onmessage: ((event: {data: string}) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The world outside, for tests to replace. */
export interface Ports {
  open(): Socket;
  after(ms: number, run: () => void): () => void;
  now(): number;
  random(): number;
  newId(): string;
  /** Who the site says its user is, null for a stranger. A rejection says nothing about who it is. */
  identity(): Promise<SignedIdentity | null>;
}

export interface Options {
  account: string;
  memory: Memory;
  ports: Ports;
  /** Something is different; look again. */
  changed(): void;
}

export class Talk {
  line: Line = "idle";
  accountName = "";
  /** By offset, dense. */
  items: ChatItem[] = [];
  unsent: Unsent[];
  read = 0;
  identified = false;
  fileSizeMax = 0;
  /** Who types an answer. */
  typing = "";
  /** In the server's words, when the line is "ended". */
  why = "";

  #epoch = "";
  #offset = 0;
  #token = "";
  #user: string | null = null;
  /** The visitor has opened the chat. */
  #wanted = false;
  /** Counts the questions who is there; an answer to an earlier one is late. */
  #asked = 0;
  #socket: Socket | null = null;
  #welcomed = false;
  #attempt = 0;
  #sending = "";
  #heardAt = 0;
  #typedAt = 0;
  #cancels = new Map<string, () => void>();
  #waiting: (() => void)[] = [];

  constructor(private readonly options: Options) {
    this.unsent = options.memory.unsent();
  }

  get token(): string {
    return this.#token;
  }

  /** Whose chat it is: a user's of the site, nobody's in particular (''), or null while the site has not said. */
  get user(): string | null {
    return this.#user;
  }

  /** Is there a chat to go on with? */
  get begun(): boolean {
    return this.unsent.length > 0 || this.options.memory.token !== "";
  }

  get unread(): number {
    return this.items.filter((item) => item.agentName && Number(item.offset) > this.read).length;
  }

  /** The visitor wants to talk: connects unless that is so already, now rather than after a pause. */
  async connect(): Promise<void> {
    this.#wanted = true;
    await this.#open();
  }

  /** Connects if there is a chat to go on with. The site is not asked for its user where nobody has talked. */
  async goOn(): Promise<void> {
    if (this.#user === null ? this.options.memory.isUsed : this.begun) await this.#open();
  }

  /** Another user may be there now: what is shown and kept is the former one's, until the site says who it is. */
  identityChanged(): void {
    const socket = this.#socket;
    ++this.#asked;
    this.#hangUp();
    for (const timer of ["identity", "reconnect", "resend", "seen"]) this.#cancel(timer);
    this.#wanted = false;
    this.#attempt = 0;
    this.why = "";
    this.#belongTo(null);
    this.#set("idle");
    socket?.close();
  }

  /** Resolves once the server has said who we are. */
  welcomed(): Promise<void> {
    void this.connect();
    return this.#welcomed ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Would the server take a text of this length? */
  fits(text: string): boolean {
    return new TextEncoder().encode(text).length <= TEXT_BYTES_MAX;
  }

  /** The message is safe from here on: in the browser until the server has it. */
  write(text: string, files: KeptFile[]): void {
    const {memory, ports} = this.options;
    const last = this.unsent.at(-1)?.atMs ?? 0;
    const message: Unsent = {clientId: ports.newId(), text, files, atMs: Math.max(ports.now(), last + 1)};
    memory.keepUnsent(message);
    this.unsent.push(message);
    this.#typedAt = 0;
    void this.connect();
    this.#pump();
    this.options.changed();
  }

  tryAgain(clientId: string): void {
    const message = this.unsent.find((one) => one.clientId === clientId);
    if (!message) return;
    delete message.refused;
    this.options.memory.keepUnsent(message);
    this.#pump();
    this.options.changed();
  }

  discard(clientId: string): void {
    this.#settled(clientId);
  }

  introduce(said: {name?: string; email?: string}): void {
    this.options.memory.introduction = said;
    if (this.#welcomed) this.#say({introduction: said});
  }

  /** What is on the screen was before the visitor's eyes. */
  readAll(): void {
    if (this.#offset <= this.read) return;
    this.read = this.#offset;
    this.#saySeen();
    this.options.changed();
  }

  typed(): void {
    const now = this.options.ports.now();
    if (!this.#welcomed || now - this.#typedAt < TYPING_AGAIN_MS) return;
    this.#typedAt = now;
    this.#say({typing: {active: true}});
  }

  async #open(): Promise<void> {
    if (this.#socket || this.line === "ended" || this.line === "connecting") return;
    this.#cancel("reconnect");
    this.#set("connecting");
    const asked = ++this.#asked;
    const identity = await this.#identity();
    if (asked !== this.#asked) return;
    if (identity === undefined) {
      this.#comeBack();
      return;
    }
    this.#belongTo(identity?.externalId ?? "");
    if (!this.#wanted && !this.begun) {
      this.#set("idle");
      return;
    }
    const socket = this.options.ports.open();
    this.#socket = socket;
    socket.onopen = () => this.#hello(identity);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#take(JSON.parse(event.data) as ChatResponse, identity);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
  }

  /** Undefined: the site cannot say, which makes a user whom it knows no stranger. */
  async #identity(): Promise<SignedIdentity | null | undefined> {
    const late = new Promise<undefined>((resolve) => this.#after("identity", IDENTITY_MS, () => resolve(undefined)));
    const said = await Promise.race([this.options.ports.identity().catch(() => undefined), late]);
    this.#cancel("identity");
    return said;
  }

  /** Nobody sees, or sends, what is another's. */
  #belongTo(user: string | null): void {
    const {memory} = this.options;
    if (user !== this.#user) {
      memory.belongTo(user);
      if (this.#user !== null) {
        this.#forget(0);
        this.#epoch = "";
        this.read = 0;
        this.identified = false;
      }
      this.#user = user;
      this.unsent = memory.unsent();
    }
    this.#token = memory.token;
  }

  #hello(identity: SignedIdentity | null): void {
    const introduction = this.options.memory.introduction;
    const hello: NonNullable<ChatRequest["hello"]> = {
      accountId: this.options.account, visitorToken: this.#token, epoch: this.#epoch, offset: String(this.#offset),
    };
    if (identity) hello.identity = identity;
    if (introduction.name || introduction.email) hello.introduction = introduction;
    this.#say({hello});
    this.#heardAt = this.options.ports.now();
    this.#keepAlive();
  }

  #take(frame: ChatResponse, identity: SignedIdentity | null): void {
    this.#heardAt = this.options.ports.now();
    if (frame.welcome) {
      const {welcome} = frame;
      this.#token = welcome.visitorToken ?? "";
      this.options.memory.keepToken(this.#token);
      if (!welcome.resumed) this.#forget(Number(welcome.offset ?? 0));
      this.#epoch = welcome.epoch ?? "";
      this.read = Math.max(welcome.resumed ? this.read : 0, Number(welcome.read ?? 0));
      this.accountName = welcome.accountName ?? "";
      this.identified = welcome.identified ?? false;
      this.fileSizeMax = Number(welcome.fileSizeMax ?? 0);
      this.#welcomed = true;
      this.#attempt = 0;
      this.#sending = "";
      this.#set("open");
      for (const resolve of this.#waiting.splice(0)) resolve();
      // What the last line was told of it may have been lost with it.
      if (welcome.resumed && this.#offset > 0) this.#saySeen();
      this.#pump();
    } else if (frame.item) {
      this.#add(frame.item);
    } else if (frame.acked) {
      this.#settled(frame.acked.clientId ?? "");
    } else if (frame.failed) {
      this.#failed(frame.failed.clientId ?? "", frame.failed.message ?? "", Number(frame.failed.retryAfterMs ?? 0));
    } else if (frame.typing) {
      this.typing = frame.typing.active ? frame.typing.name || " " : "";
      this.#after("typing", TYPING_HOLDS_MS, () => this.#quiet());
    } else if (frame.readElsewhere) {
      this.read = Math.max(this.read, Number(frame.readElsewhere.read ?? 0));
    } else if (frame.reload) {
      this.#forget(0);
      this.#epoch = "";
      this.#hello(identity);
    }
    this.options.changed();
  }

  #add(item: ChatItem): void {
    const offset = Number(item.offset ?? 0);
    if (offset <= this.#offset) return;
    if (offset !== this.#offset + 1) {
      // Never half of it: the server is asked anew.
      this.#socket?.close();
      return;
    }
    this.#offset = offset;
    this.items.push(item);
    if (item.clientId) this.#settled(item.clientId);
    if (item.agentName) this.#quiet();
    this.#after("seen", SEEN_AFTER_MS, () => this.#saySeen());
  }

  #forget(offset: number): void {
    this.items = [];
    this.#offset = offset;
  }

  #quiet(): void {
    this.#cancel("typing");
    if (!this.typing) return;
    this.typing = "";
    this.options.changed();
  }

  /** One at a time, so that they arrive in the order in which they were written. */
  #pump(): void {
    if (!this.#welcomed || this.#sending) return;
    const next = this.unsent.find((one) => one.refused === undefined);
    if (!next) return;
    this.#sending = next.clientId;
    this.#say({write: {clientId: next.clientId, text: next.text, files: next.files}});
  }

  #settled(clientId: string): void {
    this.options.memory.forgetUnsent(clientId);
    this.unsent = this.unsent.filter((one) => one.clientId !== clientId);
    if (this.#sending === clientId) this.#sending = "";
    this.#pump();
    this.options.changed();
  }

  #failed(clientId: string, words: string, retryAfterMs: number): void {
    const message = this.unsent.find((one) => one.clientId === clientId);
    if (!message) {
      this.why = words;
    } else if (retryAfterMs > 0) {
      this.#after("resend", retryAfterMs, () => {
        if (this.#sending === clientId) this.#sending = "";
        this.#pump();
      });
    } else {
      this.#refuse(message, words);
      if (this.#sending === clientId) this.#sending = "";
      this.#pump();
    }
  }

  #refuse(message: Unsent, words: string): void {
    message.refused = words;
    this.options.memory.keepUnsent(message);
  }

  #lost(code: number): void {
    const sent = this.unsent.find((one) => one.clientId === this.#sending);
    // Sent again it would end the next line as well.
    if (code === CLOSE_TOO_LARGE && sent) this.#refuse(sent, "");
    this.#hangUp();
    if (code === CLOSE_NOT_WELCOME) {
      this.#set("ended");
    } else if (code === CLOSE_IDLE && this.unsent.length === 0) {
      this.#set("idle");
    } else {
      if (code === CLOSE_NEW_TOKEN) this.options.memory.forgetToken();
      this.#comeBack();
    }
  }

  #hangUp(): void {
    this.#socket = null;
    this.#welcomed = false;
    this.#sending = "";
    this.typing = "";
    this.#cancel("ping");
  }

  #comeBack(): void {
    this.#set("lost");
    const most = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** this.#attempt++);
    this.#after("reconnect", most / 2 + (this.options.ports.random() * most) / 2, () => void this.#open());
  }

  /** A line on which nothing comes any more, though it looks open, is given up. */
  #keepAlive(): void {
    this.#after("ping", PING_MS, () => {
      if (this.options.ports.now() - this.#heardAt > 2 * PING_MS) {
        const dead = this.#socket;
        this.#lost(0);
        dead?.close();
        return;
      }
      this.#say({ping: {}});
      this.#keepAlive();
    });
  }

  #saySeen(): void {
    this.#cancel("seen");
    if (this.#welcomed) this.#say({seen: {delivered: String(this.#offset), read: String(this.read)}});
  }

  #say(frame: ChatRequest): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #set(line: Line): void {
    this.line = line;
    this.options.changed();
  }

  /** One timer of each name. */
  #after(name: string, ms: number, run: () => void): void {
    this.#cancel(name);
    this.#cancels.set(name, this.options.ports.after(ms, () => {
      this.#cancels.delete(name);
      run();
    }));
  }

  #cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }
}
