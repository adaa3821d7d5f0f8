// What a browser keeps between pages for each user of the site: the token, the draft, what they said about themselves, and messages
// that the server has not acknowledged.

export interface Unsent {
  clientId: string;
  text: string;
  files: KeptFile[];
  atMs: number;
  /** Why the server will not take it, in its words; empty: the message is too large for it. */
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

/** As much of a window as is used here. Either store may be missing, forbidden or full. */
export interface Stores {
  readonly localStorage: Store | null;
  readonly sessionStorage: Store | null;
}

/** One store of the browser. What that will not keep lasts as long as the page. */
class Keeper {
  #refused = new Map<string, string>();

  constructor(private readonly store: () => Store | null) {}

  get(key: string): string {
    return this.#refused.get(key) ?? this.#try((store) => store.getItem(key)) ?? "";
  }

  set(key: string, value: string): void {
    this.#refused.delete(key);
    const kept = this.#try((store) => {
      store.setItem(key, value);
      return true;
    });
    if (!kept) this.#refused.set(key, value);
  }

  remove(key: string): void {
    this.#refused.delete(key);
    this.#try((store) => store.removeItem(key));
  }

  keys(): string[] {
    const kept = this.#try((store) => Array.from({length: store.length}, (_, index) => store.key(index) ?? "")) ?? [];
    return [...new Set([...kept, ...this.#refused.keys()])];
  }

  #try<T>(use: (store: Store) => T): T | undefined {
    try {
      const store = this.store();
      return store ? use(store) : undefined;
    } catch {
      return undefined;  // full, or not allowed
    }
  }
}

/** What is kept of one user. */
class Shelf {
  constructor(private readonly keeper: Keeper, private readonly prefix: string) {}

  get(name: string): string {
    return this.keeper.get(this.prefix + name);
  }

  set(name: string, value: string): void {
    if (value) this.keeper.set(this.prefix + name, value);
    else this.keeper.remove(this.prefix + name);
  }

  names(start: string): string[] {
    const wanted = this.prefix + start;
    return this.keeper.keys().filter((key) => key.startsWith(wanted)).map((key) => key.slice(this.prefix.length));
  }

  /** Another's own words stay what they are. */
  giveTo(other: Shelf): void {
    for (const name of ["draft", "introduction", ...this.names("unsent:")]) {
      const value = this.get(name);
      if (!value || other.get(name)) continue;
      other.set(name, value);
      this.set(name, "");
    }
  }
}

/** Every unsent message has a key of its own, so that two tabs never overwrite each other's. */
export class Memory {
  #user: string | null = null;
  #shelf: Shelf;
  readonly #nobodys: Shelf;
  /** Until the site has said who its user is: in this tab, which the next user of the browser does not get to see. */
  readonly #unclaimed: Shelf;
  readonly #lasting: Keeper;
  readonly #prefix: string;

  constructor(stores: Stores, account: string) {
    this.#prefix = `hark-chat:${account}:`;
    this.#lasting = new Keeper(() => stores.localStorage);
    this.#nobodys = new Shelf(this.#lasting, this.#prefix);
    this.#unclaimed = new Shelf(new Keeper(() => stores.sessionStorage), this.#prefix);
    this.#shelf = this.#unclaimed;
  }

  /** Whose everything below is: a user's of the site, nobody's in particular (''), or null while the site has not said. */
  belongTo(user: string | null): void {
    this.#user = user;
    this.#shelf = user === null ? this.#unclaimed : user ? new Shelf(this.#lasting, `${this.#prefix}of:${encodeURIComponent(user)}:`) : this.#nobodys;
    if (user === null) return;
    this.#unclaimed.giveTo(this.#shelf);
    // Who signs in in the middle of a chat takes it along.
    if (user && !this.#nobodys.get(`token:${user}`)) this.#nobodys.giveTo(this.#shelf);
  }

  get token(): string {
    return this.#user === null ? "" : this.#nobodys.get(`token:${this.#user}`) || (this.#user && this.#nobodys.get("token:"));
  }

  keepToken(token: string): void {
    if (this.#user && this.#nobodys.get("token:") === token) this.#nobodys.set("token:", "");
    this.#nobodys.set(`token:${this.#user ?? ""}`, token);
  }

  forgetToken(): void {
    for (const user of new Set([this.#user ?? "", ""])) this.#nobodys.set(`token:${user}`, "");
  }

  /** Has anybody talked on this browser? */
  get isUsed(): boolean {
    const started = ["token:", "unsent:", "of:"].some((start) => this.#nobodys.names(start).length > 0);
    return started || this.#unclaimed.names("unsent:").length > 0;
  }

  get draft(): string {
    return this.#shelf.get("draft");
  }

  set draft(text: string) {
    this.#shelf.set("draft", text);
  }

  get introduction(): {name?: string; email?: string} {
    return parse(this.#shelf.get("introduction")) ?? {};
  }

  set introduction(said: {name?: string; email?: string}) {
    this.#shelf.set("introduction", JSON.stringify(said));
  }

  /** Oldest first. */
  unsent(): Unsent[] {
    const found = this.#shelf.names("unsent:").map((name) => parse<Unsent>(this.#shelf.get(name))).filter((one) => one?.clientId) as Unsent[];
    return found.sort((a, b) => a.atMs - b.atMs || (a.clientId < b.clientId ? -1 : 1));
  }

  keepUnsent(message: Unsent): void {
    this.#shelf.set(`unsent:${message.clientId}`, JSON.stringify(message));
  }

  forgetUnsent(clientId: string): void {
    this.#shelf.set(`unsent:${clientId}`, "");
  }
}

function parse<T>(json: string): T | null {
  try {
    return json ? (JSON.parse(json) as T) : null;
  } catch {
    return null;
  }
}
