// Starts and ends the real binary, as a person would: `hark up --data DIR --config FILE --port-base N`.
import type {Conversation, Entry, ListConversationsResponse, ListTimelineResponse} from "hark/v1";
import {type ChildProcess, execFile, spawn} from "node:child_process";
import {once} from "node:events";
import {appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {promisify} from "node:util";

const BINARY = resolve(process.env.HARK_BINARY ?? "build/hark");
/** Deadlines stretch with this, for machines that are several times slower than one's own. */
export const PATIENCE = Number(process.env.HARK_PATIENCE ?? "1");

/** The first value of `probe` that is neither false nor nothing, or an error that says what did not come. */
export async function eventually<Value>(what: string, probe: () => Promise<Value> | Value, seconds = 15): Promise<NonNullable<Value>> {
  const deadline = Date.now() + seconds * PATIENCE * 1000;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`${what}: did not happen within ${seconds * PATIENCE} s`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** Whether somebody could listen there. */
const isFree = (port: number) => new Promise<boolean>((answer) => {
  const server = createServer().once("error", () => answer(false));
  server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
});

/** The first of three ports in a row that nobody listens on. */
async function freePortBase(): Promise<number> {
  for (let tries = 0; tries < 200; ++tries) {
    const base = 12_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(base) && await isFree(base + 1) && await isFree(base + 2)) return base;
  }
  throw new Error("there are no three free ports in a row");
}

/** ctl prints fields by their names in the proto files; the types of hark/v1 have those of proto3 JSON. */
const fieldsAsTyped = (_: string, value: unknown): unknown =>
  (typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase()), field]))
    : value);

/** Sections of the configuration; each replaces that of `usual` as a whole. */
export type Settings = Record<string, unknown>;

/** A small contact center: a mailbox, a chat, two agents and a supervisor. */
const usual: Settings = {
  accounts: [
    {id: "support", name: "Support", email: {address: "support@hark.test"}},
    {id: "site", name: "Tējas veikals", chat: {origins: ["*"]}},
  ],
  agents: [
    {id: "ana", name: "Ana", password: "test-password", skills: ["billing"], capacity_units: 200},
    {id: "ben", name: "Benjamin Ozols", password: "test-password", skills: ["technical"], capacity_units: 200},
    {id: "sam", name: "Sam", password: "test-password", role: "supervisor", capacity_units: 5},
  ],
  routing: {accept_timeout_seconds: 60, disconnect_grace_seconds: 2},
};

/** One `hark up` on a data folder of its own. Survives being killed: the same ports, the same folder. */
export class Hark {
  readonly #folder = mkdtempSync(join(tmpdir(), "hark-browser-"));
  readonly #data = join(this.#folder, "data");
  readonly #log = join(this.#folder, "hark.log");
  #process: ChildProcess | undefined;

  private constructor(readonly portBase: number) {}

  /** Not started yet. The mails that it sends will go to `relayPort`. */
  static async prepared(relayPort: number, settings: Settings): Promise<Hark> {
    const hark = new Hark(await freePortBase());
    const relay = {url: `smtp://127.0.0.1:${relayPort}`, require_tls: false};
    writeFileSync(hark.#config, JSON.stringify({...usual, email: {relay}, ...settings}));
    return hark;
  }

  get url(): string { return `http://127.0.0.1:${this.portBase}`; }
  get lmtpPort(): number { return this.portBase + 2; }
  get #config(): string { return join(this.#folder, "hark.yaml"); }

  async start(): Promise<void> {
    const log = openSync(this.#log, "a");
    const words = ["up", "--data", this.#data, "--config", this.#config, "--port-base", String(this.portBase)];
    const process = this.#process = spawn(BINARY, words, {stdio: ["ignore", log, log], cwd: this.#folder});
    process.on("error", (error) => appendFileSync(this.#log, String(error)));
    closeSync(log);
    await eventually("hark is ready", async () => {
      if (process.exitCode !== null) throw new Error(`hark ended with status ${process.exitCode}:\n${this.tail()}`);
      return fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
    }, 30);
  }

  /** As a power cut would, but for the private Redis, which outlives it. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** After the tests: nothing stays behind. */
  async end(): Promise<void> {
    await this.#end("SIGINT");
    const redis = this.#redis();
    if (redis) process.kill(redis, "SIGKILL");
    rmSync(this.#folder, {recursive: true, force: true, maxRetries: 5});
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill(signal);
    const late = setTimeout(() => ending.kill("SIGKILL"), 30_000 * PATIENCE);
    await ended;
    clearTimeout(late);
  }

  /** The private Redis's process, if it runs: by its own file, and its command line must name our folder. */
  #redis(): number {
    try {
      const pid = Number(readFileSync(join(this.#data, "redis/redis.pid"), "utf8"));
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(this.#data) ? pid : 0;
    } catch {
      return 0;
    }
  }

  tail(lines = 40): string {
    return readFileSync(this.#log, "utf8").split("\n").slice(-lines).join("\n");
  }

  // What is inside

  /** `hark ctl`: the message that it printed. */
  async ctl<Answer>(...words: string[]): Promise<Answer> {
    const {stdout} = await promisify(execFile)(BINARY, ["ctl", "--address", `127.0.0.1:${this.portBase + 1}`, ...words, "--json"],
      {maxBuffer: 64 << 20});
    return JSON.parse(stdout, fieldsAsTyped) as Answer;
  }

  async conversations(): Promise<Conversation[]> {
    return (await this.ctl<ListConversationsResponse>("conversations", "--all", "--limit", "500")).conversations ?? [];
  }

  /** The one conversation of an address, such as ana@x.lv. */
  async conversationOf(address: string): Promise<Conversation | undefined> {
    const wanted = address.includes(":") ? address : `mailto:${address}`;
    const found = (await this.conversations()).filter((one) => one.addresses?.some((own) => own.address === wanted));
    if (found.length > 1) throw new Error(`${address} has ${found.length} conversations`);
    return found[0];
  }

  async timeline(conversationId: string): Promise<Entry[]> {
    return (await this.ctl<ListTimelineResponse>("timeline", conversationId, "--limit", "500")).entries ?? [];
  }

  /** The entries that say exactly this, in all conversations. */
  async entriesThatSay(text: string): Promise<Entry[]> {
    const timelines = await Promise.all((await this.conversations()).map((one) => this.timeline(one.id ?? "")));
    return timelines.flat().filter((entry) => entry.content?.text === text);
  }

  /** Leaves nothing open that the next story would be offered. A call that goes on stays: nobody resolves over one. */
  async clears(): Promise<void> {
    const listed = await this.ctl<ListConversationsResponse>("conversations", "--limit", "500").catch(() => undefined);
    for (const one of listed?.conversations ?? []) await this.ctl("resolve", one.id ?? "", "--waive", "The story is over.").catch(() => {});
  }

  /** Until nothing that this customer wrote waits for an answer. */
  async settled(address: string): Promise<void> {
    await eventually(`${address} is answered`, async () => !(await this.conversationOf(address))?.openObligations?.length);
  }
}
