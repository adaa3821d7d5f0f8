// A visitor of a site before the chat's page or panel, by clicks and keys.
import {Screen} from "./screen.js";

export class Visitor extends Screen {
  async writes(words: string): Promise<void> {
    await this.types("textarea", words);
    await this.sends();
  }

  async sends(): Promise<void> {
    await this.click("button[type=submit].icon");
  }
}
