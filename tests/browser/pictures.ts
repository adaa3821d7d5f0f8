// Takes pictures of the pages in use, to be looked at: `tests/browser/run pictures.ts` leaves them in build/browser/pictures,
// and the README's in services/console/page/desk.png. Every run shows the same people, words and times.
import {copyFileSync, mkdirSync} from "node:fs";
import {after} from "node:test";
import type {Desk} from "./support/desk.js";
import {phone, type Screen, type View} from "./support/screen.js";
import {Site} from "./support/site.js";
import {type Cast, stage} from "./support/stage.js";

const FOLDER = "build/browser/pictures";
const NOW = Date.parse("2026-03-12T10:42:00+02:00");
const here: View = {viewport: {width: 1360, height: 850}, timezoneId: "Europe/Riga", reducedMotion: "reduce"};
const onPhone: View = {...phone, timezoneId: "Europe/Riga", reducedMotion: "reduce"};

mkdirSync(FOLDER, {recursive: true});
const site = await Site.started();
after(() => site.end());
const story = stage({
  accounts: site.accounts,
  agents: [
    {id: "ana", name: "Ana Kalniņa", password: "test-password", skills: ["billing"], capacity_units: 12},
    {id: "ben", name: "Ben Ozols", password: "test-password", skills: ["technical"], capacity_units: 12},
    {id: "sam", name: "Sam Liepa", password: "test-password", role: "supervisor"},
  ],
  routing: {accept_timeout_seconds: 60},
});

const picture = ({page}: Screen, name: string) => page.screenshot({path: `${FOLDER}/${name}.png`});

/** A console in which it is always a quarter to eleven: the times in what the server tells are moved. */
async function console(cast: Cast, login: string, view: View): Promise<Desk> {
  const desk = await cast.console(view);
  const shift = NOW - Date.now();
  await desk.page.routeWebSocket("**/ws/console", (socket) => {
    socket.connectToServer().onMessage((text) =>
      socket.send(text.toString().replace(/"(\d{13})"/g, (_, ms: string) => `"${Number(ms) + shift}"`)));
  });
  await desk.page.reload();
  await desk.signsIn(login);
  await desk.shows("#console");
  return desk;
}

async function theme({page}: Screen, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({colorScheme});
  await page.waitForFunction((wanted) => document.documentElement.dataset["theme"] === wanted, colorScheme);
}

/** Zane writes a mail, then in the chat, and Ana answers both; others wait, and one is offered. */
async function morning(cast: Cast, ana: Desk): Promise<void> {
  const {customer, hark, visitor} = cast;
  for (const [name, address, subject, text] of [
    ["Ilze Krūmiņa", "ilze@example.com", "Rēķins par jūliju", "Labdien! Vai varat atsūtīt rēķinu vēlreiz?"],
    ["Piotr Nowak", "piotr@example.com", "Faktura za lipiec", "Dzień dobry, brakuje mi faktury za lipiec."],
  ] as const) {
    await customer(name, address).writes({subject, text: `${text}\n`});
    await ana.accepts(address);
    if (name.startsWith("Ilze")) await ana.answers("Labdien, Ilze! Rēķinu nosūtīju vēlreiz.");
  }
  const zane = customer("Zane Bērziņa", "zane.berzina@example.com");
  await zane.writes({subject: "Parcel 7741 has not arrived", text: "Hello,\n\nmy parcel 7741 should have been here on Monday. Where is it?\n\nZane\n"});
  await ana.accepts(zane.address);
  await ana.choosesNote();
  await ana.types("#words", "Depot says: it left Riga this morning. @ben keep an eye on the route, please.");
  await ana.click("#send");
  await ana.shows("#entries", "Depot says");
  await ana.click("#tab-reply");
  await ana.answers("Dear Zane, your parcel left Riga this morning and will be with you tomorrow before noon.");
  const guest = await visitor({url: site.shop(hark.url, {externalId: "4711", email: zane.address, name: zane.name}), view: here});
  await guest.click(".launcher");
  await guest.writes("Thank you! One more thing: please ring before you come.");
  await ana.shows("#entries", "please ring");
  await ana.writes("Of course, the driver will call you");
  await picture(guest, "shop");
  await customer("Marco Rossi", "marco@example.com").writes({subject: "Charged twice", text: "I was charged twice for order 5512. Could you look into it?\n"});
  await ana.shows("#offers", "Marco Rossi");
}

story("the desk, the floor and the chat", async (cast) => {
  const ana = await console(cast, "ana", here);
  await ana.isAvailable();
  await morning(cast, ana);
  await ana.shows("#entries .reply", "sent");
  await ana.page.locator("#words").focus();
  await picture(ana, "desk");
  copyFileSync(`${FOLDER}/desk.png`, "services/console/page/desk.png");
  await theme(ana, "dark");
  await picture(ana, "desk-dark");

  const small = await console(cast, "ana", onPhone);
  await small.shows("#offers", "Marco Rossi");
  await picture(small, "phone-work");
  await small.click("#assigned button", "Zane");
  await small.shows("#entries", "please ring");
  await picture(small, "phone-conversation");
  await theme(small, "dark");
  await picture(small, "phone-conversation-dark");
  await small.click(".head button[aria-label=Customer]");
  await small.shows(".customer-pane");
  await picture(small, "phone-customer-dark");

  const ben = await console(cast, "ben", here);
  await ben.isAvailable();
  const sam = await console(cast, "sam", here);
  await sam.click(".places button", "Floor");
  await sam.shows("#agents", "Ben Ozols");
  await sam.shows(".plot");
  await picture(sam, "floor");
  await theme(sam, "dark");
  await picture(sam, "floor-dark");
  const samsPhone = await console(cast, "sam", onPhone);
  await samsPhone.click(".places button", "Floor");
  await samsPhone.shows("#agents", "Ben Ozols");
  await picture(samsPhone, "phone-floor");
  await samsPhone.page.locator("#agents").evaluate((agents) => agents.scrollIntoView());
  await picture(samsPhone, "phone-floor-agents");

  const guest = await cast.visitor({url: site.shop(cast.hark.url, {externalId: "4711", email: "zane.berzina@example.com", name: "Zane Bērziņa"}), view: onPhone});
  await guest.click(".launcher");
  await guest.shows(".panel h1", "Tējas veikals");
  await picture(guest, "phone-chat");
});
