// An agent before the console's page, by clicks and keys.
import {Screen} from "./screen.js";

interface News { tones: number; notices: string[] }

export class Desk extends Screen {
  async signsIn(login: string, password = "test-password"): Promise<void> {
    await this.types("#login", login);
    await this.types("#password", password);
    await this.click("#sign-in-form button[type=submit]");
  }

  async isAvailable(): Promise<void> {
    await this.click("#presence label", "Available");
    await this.page.locator("input[value=PRESENCE_AVAILABLE]:checked").waitFor({state: "attached"});
  }

  /** Takes the offer that has these words in it. No other story's offer has the customer's address. */
  async accepts(words: string): Promise<void> {
    await this.find("#offers li", words).getByRole("button", {name: "Accept"}).click();
    await this.shows("#composer");
  }

  /** Writes into the composer, until the server keeps it. */
  async writes(words: string): Promise<void> {
    await this.types("#words", words);
    await this.shows("#draft-state", /^Draft kept$/);
  }

  async answers(words: string): Promise<void> {
    await this.writes(words);
    await this.click("#send");
    await this.shows("#entries", words);
  }

  async choosesNote(): Promise<void> {
    await this.click("#tab-note");
    await this.shows("form.composer.note");
  }

  /** From now on: how often the page sounds a tone, and what it shows outside itself. Desktop notices are allowed. */
  async hearsNews(): Promise<() => Promise<News>> {
    await this.page.context().grantPermissions(["notifications"]);
    await this.page.evaluate(() => {
      const news = {tones: 0, notices: [] as string[]};
      Object.assign(window, {news});
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...when) { news.tones += 1; start.apply(this, when); };
      window.Notification = class extends Notification {
        constructor(title: string, options?: NotificationOptions) { super(title, options); news.notices.push(`${title}: ${options?.body}`); }
      };
    });
    return () => this.page.evaluate(() => (window as unknown as {news: News}).news);
  }

  async wantsDesktopNotices(): Promise<void> {
    await this.click("#me");
    await this.page.getByLabel("Desktop notifications").check();
    await this.presses("Escape");
  }

  /** As far as the page can tell. */
  async looksAway(): Promise<void> {
    await this.page.evaluate(() => Object.defineProperty(document, "hidden", {get: () => true}));
  }

  async presses(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Leaves the field, so that single keys are commands. */
  async leavesField(): Promise<void> {
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }
}
