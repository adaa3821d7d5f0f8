// The WebSocket to the server: one request, one answer by its number; commands survive a lost connection.

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MOST_MS = 20000;
const ANSWER_MS = 25000;
const CLOSE_SIGN_IN_AGAIN = 1008;
// Nobody knows whether these happened, or they can only have not happened: the same command is sent again as it was.
const RETRIED = new Set(["OUTCOME_UNKNOWN", "STORE_UNAVAILABLE", "NOT_LEADER", "SHUTTING_DOWN", "DEADLINE"]);
const RETRIES_MAX = 5;

export class Refusal extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

/** A key for one action of a person: made once, kept for every time that it is sent. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "page-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Link {
  /** `on.frame(frame)`, `on.state("connecting"|"open"|"lost"|"out", retryMs, reason)`, `on.signedIn(signedIn)`. */
  constructor(on) {
    this.on = on;
    this.waiting = new Map();
    this.unanswered = new Map();  // commands that must be answered, by key
    this.lastId = 0;
    this.token = "";
    this.attempt = 0;
    this.wanted = false;
  }

  /** With {login, password} or {sessionToken}. Rejects if the server says no; after that it reconnects by itself. */
  async signIn(credentials) {
    this.wanted = true;
    this.on.state("connecting");
    const socket = await this.#openSocket();
    const answer = await this.#signInOn(socket, credentials);
    this.#adopt(socket, answer);
    return answer;
  }

  /** After a reload of the page: keeps trying until the server is there, or says that the token no longer holds. */
  resume(token) {
    this.token = token;
    this.wanted = true;
    this.#reconnect(0);
  }

  signOut() {
    this.wanted = false;
    this.token = "";
    this.#failAll("LOST", "signed out");
    for (const command of this.unanswered.values()) command.reject(new Refusal("LOST", "signed out"));
    this.unanswered.clear();
    this.socket?.close(1000);
    this.on.state("out");
  }

  get open() { return this.socket?.readyState === WebSocket.OPEN && this.ready; }

  /** One question, asked once. Rejects with a Refusal; reason LOST if the connection broke first. */
  request(frame) {
    if (!this.open) return Promise.reject(new Refusal("LOST", "not connected"));
    return this.#send(this.socket, frame);
  }

  /**
   * A command with its idempotency key. Sent again with the same key over every new connection until it is answered, so
   * that it acts once and its fate is known.
   */
  command(kind, body) {
    const key = body.idempotencyKey;
    return new Promise((resolve, reject) => {
      const entry = {frame: {command: {[kind]: body}}, resolve, reject, tries: 0, sending: false};
      this.unanswered.set(key, entry);
      this.#trySend(key, entry);
    });
  }

  retryNow() { this.wake?.(); }

  async #trySend(key, entry) {
    if (entry.sending || !this.open) return;
    entry.sending = true;
    try {
      const answer = await this.request(entry.frame);
      this.unanswered.delete(key);
      entry.resolve(answer);
    } catch (error) {
      if (error.reason === "LOST") return;  // goes out again when the connection is back
      if (RETRIED.has(error.reason) && ++entry.tries < RETRIES_MAX) {
        setTimeout(() => this.#trySend(key, entry), 500 * 2 ** entry.tries * (0.5 + Math.random()));
        return;
      }
      this.unanswered.delete(key);
      entry.reject(error);
    } finally {
      entry.sending = false;
    }
  }

  #openSocket() {
    return new Promise((resolve, reject) => {
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(`${scheme}//${location.host}/ws/console`);
      socket.onopen = () => resolve(socket);
      socket.onclose = (event) => {
        reject(new Refusal("LOST", event.reason || "the server cannot be reached"));
        this.#onClose(socket, event);
      };
      socket.onmessage = (event) => this.#onMessage(socket, JSON.parse(event.data));
    });
  }

  async #signInOn(socket, credentials) {
    try {
      return (await this.#send(socket, {signIn: credentials})).signedIn;
    } catch (error) {
      socket.close(1000);
      throw error;
    }
  }

  #adopt(socket, signedIn) {
    this.socket = socket;
    this.ready = true;
    this.token = signedIn.sessionToken;
    this.attempt = 0;
    this.on.signedIn(signedIn);
    this.on.state("open");
    for (const [key, entry] of this.unanswered) this.#trySend(key, entry);
  }

  #send(socket, frame) {
    const id = String(++this.lastId);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // An answer that does not come means a connection that does not work.
        socket.close(4000, "no answer");
      }, ANSWER_MS);
      this.waiting.set(id, {socket, resolve, reject, timer});
      socket.send(JSON.stringify({requestId: id, ...frame}));
    });
  }

  #onMessage(socket, frame) {
    const asked = frame.requestId ? this.waiting.get(frame.requestId) : undefined;
    if (asked) {
      this.waiting.delete(frame.requestId);
      clearTimeout(asked.timer);
      if (frame.failed) asked.reject(new Refusal(frame.failed.reason || "INTERNAL", frame.failed.message || ""));
      else asked.resolve(frame);
    } else if (socket === this.socket) {
      this.on.frame(frame);
    }
  }

  #failAll(reason, message, socket = null) {
    for (const [id, asked] of this.waiting) {
      if (socket && asked.socket !== socket) continue;
      this.waiting.delete(id);
      clearTimeout(asked.timer);
      asked.reject(new Refusal(reason, message));
    }
  }

  #onClose(socket, event) {
    this.#failAll("LOST", event.reason || "the connection was lost", socket);
    if (socket !== this.socket) return;
    this.ready = false;
    this.socket = null;
    if (!this.wanted) return;
    if (event.code === CLOSE_SIGN_IN_AGAIN) {
      this.wanted = false;
      this.on.state("out", 0, event.reason);
      return;
    }
    this.#reconnect();
  }

  async #reconnect(firstPause = null) {
    while (this.wanted && !this.socket) {
      const step = Math.min(BACK_OFF_MOST_MS, BACK_OFF_FIRST_MS * 2 ** this.attempt++);
      const pause = firstPause ?? step / 2 + Math.random() * step / 2;  // so that not everybody comes back at once
      firstPause = null;
      if (pause > 0) {
        this.on.state("lost", pause);
        await Promise.race([wait(pause), new Promise((resolve) => { this.wake = resolve; })]);
      }
      if (!this.wanted) return;
      this.on.state("connecting");
      try {
        const socket = await this.#openSocket();
        this.#adopt(socket, await this.#signInOn(socket, {sessionToken: this.token}));
      } catch (error) {
        if (error.reason === "UNAUTHENTICATED") {
          this.wanted = false;
          this.on.state("out", 0, error.message);
        }
      }
    }
  }
}
