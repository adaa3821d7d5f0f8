// The WebSocket to the server: one request, one answer by its number; commands survive a lost connection.
import type {ConsoleRequest, ConsoleRequest_Command, ConsoleRequest_SignIn, ConsoleResponse, ConsoleResponse_SignedIn, Reason} from "hark/v1";

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MOST_MS = 20_000;
const ANSWER_MS = 25_000;
const HEARD_AFTER_MS = 2_000;
const CLOSE_SIGN_IN_AGAIN = 1008;
const CLOSE_NO_ANSWER = 4000;
const CLOSE_GAP = 4001;
const SOCKET_OPEN = 1;
// Nobody knows whether these happened, or they can only have not happened: the same command is sent again as it was.
const RETRIED = new Set(["OUTCOME_UNKNOWN", "STORE_UNAVAILABLE", "NOT_LEADER", "SHUTTING_DOWN", "DEADLINE"]);
const RETRIES_MAX = 5;
// Not of the store, which alone knows what became of an earlier try.
const UNASKED = new Set([...RETRIED, "OVERLOADED", "STORE_FULL", "INTERNAL"]);

/** Why the server said no, without the enum's prefix; LOST is ours: the connection broke before an answer came. */
export type RefusalReason = (Reason extends `REASON_${infer Name}` ? Name : never) | "LOST";

export class Refusal extends Error {
  constructor(readonly reason: RefusalReason, message: string) {
    super(message);
  }
}

export const reasonOf = (error: unknown): RefusalReason => (error instanceof Refusal ? error.reason : "INTERNAL");

/** A key for one action of a person: made once, kept for every time that it is sent. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "page-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export type LinkState = "connecting" | "open" | "lost" | "out";

export interface LinkEvents {
  frame(frame: ConsoleResponse): void;
  /** `retryMs` of "lost": when it tries again. `reason` of "out": why one must sign in. */
  state(state: LinkState, retryMs: number, reason: string): void;
  signedIn(signedIn: ConsoleResponse_SignedIn): void;
}

/** As much of a WebSocket as is used here. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: ((event: {code: number; reason: string}) => void) | null;
  onmessage: ((event: {data: string}) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** The world outside, for tests to replace. */
export interface LinkPorts {
  open(): Socket;
  pause(ms: number): Promise<void>;
  later(ms: number, what: () => void): void;
}

const browserPorts: LinkPorts = {
  open: () => new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/console`) as Socket,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  later: (ms, what) => void setTimeout(what, ms),
};

interface Asked {
  socket: Socket;
  resolve(answer: ConsoleResponse): void;
  reject(refusal: Refusal): void;
  timer: ReturnType<typeof setTimeout>;
}

interface Unanswered {
  frame: ConsoleRequest;
  resolve(answer: ConsoleResponse): void;
  reject(refusal: unknown): void;
  tries: number;
  sending: boolean;
  /** Of some try nobody knows whether it acted. */
  unknown: boolean;
}

export class Link {
  #asked = new Map<string, Asked>();
  #unanswered = new Map<string, Unanswered>();  // commands that must be answered, by key
  #lastId = 0;
  #attempt = 0;
  #tellsHeard = false;
  #wanted = false;
  #ready = false;
  #socket: Socket | null = null;
  #token = "";
  // Where this page is in what the session was told (ConsoleResponse.offset), so that a new connection goes on from there.
  #epoch = "";
  #offset = 0;
  #wake: (() => void) | null = null;

  constructor(private readonly on: LinkEvents, private readonly ports: LinkPorts = browserPorts) {}

  /** Rejects if the server says no; after it said yes, the link reconnects by itself. */
  async signIn(credentials: ConsoleRequest_SignIn): Promise<void> {
    this.#wanted = true;
    this.on.state("connecting", 0, "");
    const socket = await this.#openSocket();
    this.#adopt(socket, await this.#signInOn(socket, credentials));
  }

  /** After a reload of the page: keeps trying until the server is there, or says that the token no longer holds. */
  resume(token: string): void {
    this.#token = token;
    this.#wanted = true;
    void this.#reconnect(0);
  }

  signOut(): void {
    this.#wanted = false;
    this.#token = this.#epoch = "";
    this.#failAll("LOST", "signed out");
    for (const command of this.#unanswered.values()) command.reject(new Refusal("LOST", "signed out"));
    this.#unanswered.clear();
    this.#socket?.close(1000);
    this.on.state("out", 0, "");
  }

  get open(): boolean {
    return this.#ready && this.#socket?.readyState === SOCKET_OPEN;
  }

  /** One question, asked once. Rejects with a Refusal; reason LOST if the connection broke first. */
  request(frame: ConsoleRequest): Promise<ConsoleResponse> {
    if (!this.open || !this.#socket) return Promise.reject(new Refusal("LOST", "not connected"));
    return this.#send(this.#socket, frame);
  }

  /**
   * A command with its idempotency key. Sent again with the same key over every new connection until it is answered, so
   * that it acts once and its fate is known.
   */
  command<Kind extends keyof ConsoleRequest_Command>(
    kind: Kind, body: NonNullable<ConsoleRequest_Command[Kind]> & {idempotencyKey: string},
  ): Promise<ConsoleResponse> {
    return new Promise((resolve, reject) => {
      const entry = {frame: {command: {[kind]: body}}, resolve, reject, tries: 0, sending: false, unknown: false};
      this.#unanswered.set(body.idempotencyKey, entry);
      void this.#trySend(body.idempotencyKey, entry);
    });
  }

  /** Something that needs no answer and is worth nothing a moment later. */
  tell(frame: ConsoleRequest): void {
    if (this.open) this.#socket?.send(JSON.stringify(frame));
  }

  retryNow(): void {
    this.#wake?.();
  }

  async #trySend(key: string, entry: Unanswered): Promise<void> {
    if (entry.sending || !this.open || this.#unanswered.get(key) !== entry) return;
    entry.sending = true;
    try {
      const answer = await this.request(entry.frame);
      this.#unanswered.delete(key);
      entry.resolve(answer);
    } catch (error) {
      const reason = reasonOf(error);
      entry.unknown ||= reason === "LOST" || reason === "OUTCOME_UNKNOWN" || reason === "DEADLINE";
      if (reason === "LOST") return;  // goes out again when the connection is back
      if (RETRIED.has(reason) && ++entry.tries < RETRIES_MAX) {
        void this.ports.pause(500 * 2 ** entry.tries * (0.5 + Math.random())).then(() => this.#trySend(key, entry));
        return;
      }
      this.#unanswered.delete(key);
      entry.reject(entry.unknown && UNASKED.has(reason) ? new Refusal("OUTCOME_UNKNOWN", (error as Error).message) : error);
    } finally {
      entry.sending = false;
    }
  }

  #openSocket(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = this.ports.open();
      socket.onopen = () => resolve(socket);
      socket.onclose = (event) => {
        reject(new Refusal("LOST", event.reason || "the server cannot be reached"));
        this.#onClose(socket, event);
      };
      socket.onmessage = (event) => this.#onMessage(socket, JSON.parse(event.data) as ConsoleResponse);
    });
  }

  async #signInOn(socket: Socket, credentials: ConsoleRequest_SignIn): Promise<ConsoleResponse_SignedIn> {
    try {
      return (await this.#send(socket, {signIn: credentials})).signedIn ?? {};
    } catch (error) {
      socket.close(1000);
      throw error;
    }
  }

  #adopt(socket: Socket, signedIn: ConsoleResponse_SignedIn): void {
    this.#socket = socket;
    this.#ready = true;
    this.#token = signedIn.sessionToken ?? "";
    if (!signedIn.resumed) this.#offset = 0;
    this.#epoch = signedIn.epoch ?? "";
    this.#attempt = 0;
    this.on.signedIn(signedIn);
    this.on.state("open", 0, "");
    for (const [key, entry] of this.#unanswered) void this.#trySend(key, entry);
  }

  #send(socket: Socket, frame: ConsoleRequest): Promise<ConsoleResponse> {
    const id = String(++this.#lastId);
    return new Promise((resolve, reject) => {
      // An answer that does not come means a connection that does not work.
      const timer = setTimeout(() => socket.close(CLOSE_NO_ANSWER, "no answer"), ANSWER_MS);
      this.#asked.set(id, {socket, resolve, reject, timer});
      socket.send(JSON.stringify({requestId: id, ...frame}));
    });
  }

  /** False: this frame was taken in before, or it does not follow the last one and the session must be resumed. */
  #inOrder(socket: Socket, frame: ConsoleResponse): boolean {
    const offset = Number(frame.offset ?? 0);
    if (!offset) return true;
    if (offset <= this.#offset) return false;
    if (offset > this.#offset + 1) {
      socket.close(CLOSE_GAP, "a gap");
      return false;
    }
    this.#offset = offset;
    this.#tellHeardSoon();
    return true;
  }

  /** A moment after something came: the server lets go of what this page has. */
  #tellHeardSoon(): void {
    if (this.#tellsHeard) return;
    this.#tellsHeard = true;
    this.ports.later(HEARD_AFTER_MS, () => {
      this.#tellsHeard = false;
      if (this.#ready) this.#socket?.send(JSON.stringify({heard: {offset: String(this.#offset)}}));
    });
  }

  #onMessage(socket: Socket, frame: ConsoleResponse): void {
    if (!this.#inOrder(socket, frame)) return;
    const asked = frame.requestId ? this.#asked.get(frame.requestId) : undefined;
    if (asked && frame.requestId) {
      this.#asked.delete(frame.requestId);
      clearTimeout(asked.timer);
      if (frame.failed) asked.reject(new Refusal((frame.failed.reason || "INTERNAL") as RefusalReason, frame.failed.message ?? ""));
      else asked.resolve(frame);
    } else if (socket === this.#socket) {
      this.on.frame(frame);
    }
  }

  #failAll(reason: RefusalReason, message: string, socket: Socket | null = null): void {
    for (const [id, asked] of this.#asked) {
      if (socket && asked.socket !== socket) continue;
      this.#asked.delete(id);
      clearTimeout(asked.timer);
      asked.reject(new Refusal(reason, message));
    }
  }

  #onClose(socket: Socket, event: {code: number; reason: string}): void {
    this.#failAll("LOST", event.reason || "the connection was lost", socket);
    if (socket !== this.#socket) return;
    this.#ready = false;
    this.#socket = null;
    if (!this.#wanted) return;
    if (event.code === CLOSE_SIGN_IN_AGAIN) {
      this.#wanted = false;
      this.on.state("out", 0, event.reason);
      return;
    }
    void this.#reconnect();
  }

  async #reconnect(firstPause: number | null = null): Promise<void> {
    while (this.#wanted && !this.#socket) {
      const step = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** this.#attempt++);
      const pause = firstPause ?? step / 2 + Math.random() * step / 2;  // so that not everybody comes back at once
      firstPause = null;
      if (pause > 0) {
        this.on.state("lost", pause, "");
        await Promise.race([this.ports.pause(pause), new Promise<void>((resolve) => { this.#wake = resolve; })]);
      }
      if (!this.#wanted) return;
      this.on.state("connecting", 0, "");
      try {
        const socket = await this.#openSocket();
        const resume = this.#epoch ? {resume: {epoch: this.#epoch, offset: String(this.#offset)}} : {};
        this.#adopt(socket, await this.#signInOn(socket, {sessionToken: this.#token, ...resume}));
      } catch (error) {
        if (reasonOf(error) === "UNAUTHENTICATED") {
          this.#wanted = false;
          this.on.state("out", 0, (error as Refusal).message);
        }
      }
    }
  }
}
