// An offer is before its agent's eyes, whatever they look at.
import assert from "node:assert/strict";
import type {Desk} from "./support/desk.js";
import {eventually} from "./support/hark.js";
import {desktop, phone} from "./support/screen.js";
import {stage} from "./support/stage.js";

const story = stage();

const elsewhere: Record<string, (ana: Desk) => Promise<void>> = {
  "Everyone's": (ana) => ana.click("#tab-all"),
  "Quarantine": (ana) => ana.click(".places button", "Quarantine"),
  "a search result": async (ana) => {
    await ana.types("#search", "nobody of this name");
    await ana.shows(".work [role=status]", "Nothing found");
  },
};

for (const [size, view] of Object.entries({"at a desk": desktop, "on a phone": phone})) {
  for (const [where, goes] of Object.entries(elsewhere)) {
    story(`an offer that comes while the agent looks at ${where} is seen, counted and accepted there, ${size}`, async ({agent, customer}) => {
      const ana = await agent("ana", {view});
      await goes(ana);
      const ivo = customer("Ivo");
      await ivo.writes({subject: `Unseen ${where}`, text: "Does anybody see this?\n"});
      await ana.shows("#offer-strip", "Ivo");
      await ana.shows("#offer-strip .countdown", /\d+ s/);
      await ana.shows(".places button", /Desk\s*1/);
      assert.deepEqual(await ana.breaches(), []);
      await ana.click("#offer-strip button", "Accept");
      await ana.shows("#entries", "Does anybody see this?");
      await ana.hides("#offer-strip");
    });
  }
}

story("on a phone an offer is seen above an open conversation, and leads to the list of all", async ({agent, customer}) => {
  const ana = await agent("ana", {view: phone});
  await customer("Olga").writes({subject: "Open 1", text: "first words\n"});
  await ana.accepts("Open 1");
  await ana.writes("Half of an answer");
  for (const number of [2, 3]) await customer(`Piotr${number}`).writes({subject: `Open ${number}`, text: "others\n"});
  await ana.shows("#all-offers", "All 2 offers");
  await ana.shows("#offer-strip", "Open 2");
  await ana.click("#all-offers");
  await ana.shows("#offers", "Open 3");
  await ana.hides("#offer-strip");
});

story("an offer is seen while the list of work is scrolled away from it", async ({agent, customer}) => {
  const ana = await agent("ana", {view: {viewport: {width: 1280, height: 420}}});
  for (const number of [1, 2, 3, 4]) {
    await customer(`Held${number}`).writes({subject: `Held ${number}`, text: "words\n"});
    await ana.accepts(`Held ${number}`);
  }
  await ana.page.locator("#assigned .item").last().scrollIntoViewIfNeeded();
  await customer("Late").writes({subject: "Scrolled away", text: "words\n"});
  await ana.shows("#offer-strip", "Scrolled away");
  await ana.page.locator("nav.work").evaluate((work) => work.scrollTo(0, 0));
  await ana.hides("#offer-strip");
});

story("offers that come at one moment sound and are shown once", async ({agent, customer}) => {
  const ana = await agent("ana", {available: false});
  const heard = await ana.hearsNews();
  await ana.wantsDesktopNotices();
  await ana.looksAway();
  for (const name of ["Rita", "Zane"]) await customer(name).writes({subject: `Together ${name}`, text: "words\n"});
  await ana.isAvailable();
  await ana.shows("#offers", "Together Zane");
  await ana.shows(".announcer", "2 new offers");
  const {tones, notices} = await eventually("it sounds", async () => ((await heard()).tones ? heard() : undefined));
  assert.equal(tones, 2, "one chime");
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /2 new offers: (Rita, Zane|Zane, Rita)/);
});
