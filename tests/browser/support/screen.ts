// What a person has before them: one page in a browser of their own.
import axe from "axe-core";
import type {AxeResults} from "axe-core";
import {devices, type BrowserContextOptions, type Locator, type Page} from "playwright-core";
import {eventually} from "./hark.js";

/** How a person looks at it: BrowserContextOptions of Playwright. */
export type View = BrowserContextOptions;
export const desktop: View = {viewport: {width: 1400, height: 900}};
export const phone: View = devices["iPhone 13"] as View;

export class Screen {
  /** Uncaught exceptions of the page. */
  readonly errors: Error[] = [];
  /** Addresses that the page asked for, sockets included. */
  readonly asked: string[] = [];

  constructor(readonly page: Page) {
    page.on("pageerror", (error) => this.errors.push(error));
    page.on("request", (request) => this.asked.push(request.url()));
    page.on("websocket", (socket) => this.asked.push(socket.url()));
  }

  /** The visible elements of this selector, with these words in them. Shadow roots are searched as well. */
  find(selector: string, words?: string): Locator {
    return this.page.locator(selector).filter({visible: true, ...(words === undefined ? {} : {hasText: words})});
  }

  /** Waits until these words stand there. */
  async shows(selector: string, words?: string): Promise<void> {
    await this.find(selector, words).first().waitFor();
  }

  /** Waits until they no longer stand there. */
  async hides(selector: string, words?: string): Promise<void> {
    await this.find(selector, words).first().waitFor({state: "hidden"});
  }

  async click(selector: string, words?: string): Promise<void> {
    await this.find(selector, words).first().click();
  }

  /** By keys, after what stands there already. */
  async types(selector: string, words: string): Promise<void> {
    await this.click(selector);
    await this.page.keyboard.press("Control+End");
    await this.page.keyboard.type(words);
  }

  /** Waits until a field holds exactly this. */
  async holds(selector: string, value: string): Promise<void> {
    const field = this.page.locator(selector).first();
    await eventually(`${selector} holds '${value}'`, async () => await field.inputValue() === value);
  }

  /** What axe-core, the common checker of WCAG, finds on what is shown, shadow roots with it; each with where and why. */
  async breaches(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const results = await this.page.evaluate(() => (window as unknown as {axe: {run(options: object): Promise<AxeResults>}}).axe.run(
      {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}));
    return results.violations.map(({id, help, nodes}) => `${id}: ${help}: ${nodes.map(({target, failureSummary}) => `${target} ${failureSummary}`).join(" | ")}`);
  }
}
