// A telephone exchange that a story plays: customers call, and phones ring and are answered as it says.
import type {PhoneCommand} from "hark/v1";
import {type ChildProcessWithoutNullStreams, spawn} from "node:child_process";
import {createInterface} from "node:readline";
import type {Hark} from "./hark.js";

let calls = 0;

export class Exchange {
  readonly #answers: AsyncIterator<string>;

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    this.#answers = createInterface({input: process.stdout})[Symbol.asyncIterator]();
    process.stderr.on("data", (words: Buffer) => console.error(String(words)));
  }

  /** At an account of `phone: {kind: grpc}`. */
  static async at(hark: Hark, account: string): Promise<Exchange> {
    const exchange = new Exchange(spawn("/usr/bin/python3", ["-m", "support.played_exchange", `127.0.0.1:${hark.portBase + 1}`, account], {cwd: "tests"}));
    await exchange.#answer();
    return exchange;
  }

  /** A customer calls, and waits once the call is on record. */
  async calls(from: string): Promise<Call> {
    const id = `story-${process.pid}-${++calls}`;
    await this.says({do: "call", call: id, from});
    await this.says({do: "wait", call: id, kind: "queue"});
    return new Call(this, id);
  }

  async says(what: object): Promise<unknown> {
    this.process.stdin.write(`${JSON.stringify(what)}\n`);
    return this.#answer();
  }

  async #answer(): Promise<unknown> {
    const {value, done} = await this.#answers.next();
    if (done) throw new Error("the exchange ended");
    const answer = JSON.parse(value) as {error?: string};
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  end(): void {
    this.process.stdin.end();
  }
}

export class Call {
  constructor(private readonly exchange: Exchange, readonly id: string) {}

  /** The `count`th phone that rings for this call: whose, and as which leg. */
  async rung(count = 1): Promise<{leg: string; endpoint: string}> {
    const {legId, ringAgent} = await this.#wait("ring_agent", count);
    await this.exchange.says({do: "rings", call: this.id, leg: legId});
    return {leg: legId ?? "", endpoint: ringAgent?.endpoint ?? ""};
  }
  answered(leg = ""): Promise<unknown> { return this.exchange.says({do: "answered", call: this.id, leg}); }
  leavesMessage(url: string): Promise<unknown> { return this.exchange.says({do: "message", call: this.id, url}); }
  hangsUp(leg = ""): Promise<unknown> { return this.exchange.says({do: "hangs_up", call: this.id, leg}); }

  /** The exchange was told to put the customer on hold, or back, or to hang up, so often. */
  async wasTold(kind: "hold" | "connect" | "hang_up", count = 1): Promise<PhoneCommand> { return this.#wait(kind, count); }

  async #wait(kind: string, count: number): Promise<PhoneCommand> {
    return await this.exchange.says({do: "wait", call: this.id, kind, after: count - 1}) as PhoneCommand;
  }
}
