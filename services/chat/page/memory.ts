// What a browser keeps for a visitor between pages: the token, the draft, and messages that the server has not acknowledged.

export interface Unsent {
  clientId: string;
  text: string;
  files: KeptFile[];
  atMs: number;
  /** Why the server will not take it, in its words. */
  refused?: string;
}

export interface KeptFile {
  fileName: string;
  contentType: string;
  sizeBytes: string;
  token: string;
}

/** As much of localStorage as is used here. */
export interface Store {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** localStorage, or for pages that may not have one, something that lasts as long as the page. */
export function storeOf(page: {localStorage: Store}): Store {
  try {
    return page.localStorage;
  } catch {
    const kept = new Map<string, string>();
    return {
      get length() {
        return kept.size;
      },
      key: (index) => [...kept.keys()][index] ?? null,
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
  }
}

/** Every unsent message has a key of its own, so that two tabs never overwrite each other's. */
export class Memory {
  readonly #prefix: string;

  constructor(private readonly store: Store, account: string) {
    this.#prefix = `hark-chat:${account}:`;
  }

  /** Of a signed-in user (or of nobody, ''): a user who signs in in the middle of a chat takes it along. */
  token(user: string): string {
    return this.#get(`token:${user}`) || (user && this.#get("token:")) || "";
  }

  keepToken(user: string, token: string): void {
    if (user && this.#get("token:") === token) this.#remove("token:");
    this.#set(`token:${user}`, token);
  }

  forgetToken(user: string): void {
    this.#remove(`token:${user}`);
    if (user) this.#remove("token:");
  }

  get draft(): string {
    return this.#get("draft");
  }

  set draft(text: string) {
    if (text) this.#set("draft", text);
    else this.#remove("draft");
  }

  get introduction(): {name?: string; email?: string} {
    return parse(this.#get("introduction")) ?? {};
  }

  set introduction(said: {name?: string; email?: string}) {
    this.#set("introduction", JSON.stringify(said));
  }

  /** Oldest first. */
  unsent(): Unsent[] {
    const found: Unsent[] = [];
    try {
      for (let i = 0; i < this.store.length; ++i) {
        const key = this.store.key(i) ?? "";
        if (!key.startsWith(`${this.#prefix}unsent:`)) continue;
        const one = parse<Unsent>(this.store.getItem(key) ?? "");
        if (one?.clientId) found.push(one);
      }
    } catch {
      // A browser that keeps nothing: the page itself still does.
    }
    return found.sort((a, b) => a.atMs - b.atMs || (a.clientId < b.clientId ? -1 : 1));
  }

  keepUnsent(message: Unsent): void {
    this.#set(`unsent:${message.clientId}`, JSON.stringify(message));
  }

  forgetUnsent(clientId: string): void {
    this.#remove(`unsent:${clientId}`);
  }

  #get(name: string): string {
    try {
      return this.store.getItem(this.#prefix + name) ?? "";
    } catch {
      return "";
    }
  }

  #set(name: string, value: string): void {
    try {
      this.store.setItem(this.#prefix + name, value);
    } catch {
      // Full, or not allowed.
    }
  }

  #remove(name: string): void {
    try {
      this.store.removeItem(this.#prefix + name);
    } catch {
      // Not allowed.
    }
  }
}

function parse<T>(json: string): T | null {
  try {
    return json ? (JSON.parse(json) as T) : null;
  } catch {
    return null;
  }
}
