// What the stories of one file play on: a running Hark, a mail server, a Chromium, and a page for each who comes.
import {existsSync, mkdirSync} from "node:fs";
import {join} from "node:path";
import {after, test} from "node:test";
import {type Browser, chromium, type Page} from "playwright-core";
import {Desk} from "./desk.js";
import {Hark, PATIENCE, type Settings} from "./hark.js";
import {MailCustomer, MailServer} from "./mail.js";
import {desktop, type Screen, type View} from "./screen.js";
import {Visitor} from "./visitor.js";

const CHROMIUM = "/usr/bin/chromium";
const PICTURES = "build/browser/pictures";

/** Who and what can be in a story. Every agent and visitor has a browser of their own, with its own storage. */
export interface Cast {
  hark: Hark;
  /** Someone who writes mails. */
  customer(name: string, address?: string): MailCustomer;
  /** A console nobody has signed in to. */
  console(view?: View): Promise<Desk>;
  /** An agent who is signed in, and available if `available`. */
  agent(login: string, options?: {available?: boolean; view?: View}): Promise<Desk>;
  /** Someone who opens the chat, by default its whole page. */
  visitor(options?: {url?: string; view?: View}): Promise<Visitor>;
}

interface Stage {
  hark: Hark;
  mail: MailServer;
  browser: Browser;
}

/** How to end each part of a stage is pushed as soon as there is something to end, so that a failed start leaves nothing behind. */
async function set(settings: Settings, endings: (() => Promise<void>)[]): Promise<Stage> {
  const mail = await MailServer.started();
  endings.push(() => mail.end());
  const hark = await Hark.prepared(mail.port, settings);
  endings.push(() => hark.end());
  await hark.start();
  // Chromium's own sandbox does not run as root (Playwright leaves it off), and some machines give it little of /dev/shm.
  const browser = await chromium.launch({executablePath: CHROMIUM, args: ["--disable-dev-shm-usage"]});
  endings.push(() => browser.close());
  return {hark, mail, browser};
}

class Story {
  readonly #screens: Screen[] = [];

  constructor(private readonly name: string, private readonly stage: Stage) {}

  cast(): Cast {
    const {hark, mail} = this.stage;
    const console = (view?: View) => this.#open(Desk, hark.url, view);
    return {
      hark,
      customer: (name, address) => new MailCustomer(name, hark, mail, address),
      console,
      agent: async (login, {available = true, view} = {}) => {
        const desk = await console(view);
        await desk.signsIn(login);
        await desk.shows("#console");
        if (available) await desk.isAvailable();
        return desk;
      },
      visitor: ({url = `${hark.url}/chat?account=site`, view} = {}) => this.#open(Visitor, url, view),
    };
  }

  async #open<Kind extends Screen>(kind: new (page: Page) => Kind, url: string, view: View = {}): Promise<Kind> {
    const context = await this.stage.browser.newContext({...desktop, ...view});
    context.setDefaultTimeout(15_000 * PATIENCE);
    const screen = new kind(await context.newPage());
    this.#screens.push(screen);
    await screen.page.goto(url);
    return screen;
  }

  /** What went wrong is easier to see than to guess. What the pages say goes with the failure: of some runs nothing else is kept. */
  async explain(error: unknown): Promise<Error> {
    mkdirSync(PICTURES, {recursive: true});
    const told = [error instanceof Error ? error.message : String(error)];
    for (const [i, {page, errors}] of this.#screens.entries()) {
      const picture = join(PICTURES, `${this.name.replace(/\W+/g, "-")}-${i + 1}.png`);
      await page.screenshot({path: picture}).catch(() => {});
      const says = await page.locator("[role=alert], [role=status], #presence").allInnerTexts().catch(() => []);
      told.push(`page ${i + 1} says: ${says.filter(Boolean).join(" | ") || "nothing"}; its errors: ${errors.join("; ") || "none"}; ${picture}`);
    }
    console.error(`the end of hark's log:\n${this.stage.hark.tail()}`);
    return new Error(told.join("\n"), {cause: error});
  }

  async end(): Promise<void> {
    for (const {page} of this.#screens) await page.context().close();
    await this.stage.hark.clears();
    const errors = this.#screens.flatMap((screen) => screen.errors);
    if (errors.length) throw new Error(`a page threw: ${errors.map((error) => error.stack).join("\n")}`);
  }
}

/** A test. Fails as well if a page in it threw. */
export type Tell = (name: string, play: (cast: Cast) => Promise<void>) => void;

/** Sets the stage for a file's stories, once the first is told; each story has customers of its own, and leaves no open work. */
export function stage(settings: Settings = {}): Tell {
  const endings: (() => Promise<void>)[] = [];
  let setting: Promise<Stage> | undefined;
  after(async () => { for (const end of endings.reverse()) await end(); });
  return (name, play) => {
    test(name, {timeout: 120_000 * PATIENCE, skip: existsSync(CHROMIUM) ? false : "Chromium is not installed"}, async () => {
      const story = new Story(name, await (setting ??= set(settings, endings)));
      try {
        await play(story.cast());
      } catch (error) {
        throw await story.explain(error);
      } finally {
        await story.end();
      }
    });
  };
}
