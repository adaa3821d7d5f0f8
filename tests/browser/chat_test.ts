// The visitor's chat: the page /chat and the script embedded in a site's page, with the agent at the other end.
import assert from "node:assert/strict";
import {after} from "node:test";
import type {Entry} from "hark/v1";
import {eventually, type Hark} from "./support/hark.js";
import {desktop, phone, type View} from "./support/screen.js";
import {signed, Site, type User} from "./support/site.js";
import {type Cast, stage} from "./support/stage.js";
import type {Visitor} from "./support/visitor.js";

const site = await Site.started();
after(() => site.end());
const story = stage({accounts: site.accounts});

/** The only entry that says this, once it is there. */
async function entry(hark: Hark, text: string): Promise<Entry> {
  const found = await eventually(`the message '${text}'`, async () => {
    const entries = await hark.entriesThatSay(text);
    return entries.length > 0 && entries;
  }) as Entry[];
  assert.equal(found.length, 1);
  return found[0]!;
}

/** Whether a message waits in the browser's storage to be sent. */
const isUnsent = ({page}: Visitor) => page.evaluate("Object.keys(localStorage).some((key) => key.includes(':unsent:'))");

story("a visitor writes and reads the answer", async ({agent, visitor, hark}) => {
  const ana = await agent("ana");
  const guest = await visitor();
  await guest.shows("h1", "Tējas veikals");
  await guest.writes("Labdien! Vai jums ir piparmētru tēja?");
  await ana.accepts("piparmētru");
  await ana.answers("Jā, un arī kumelīšu. Skatiet https://teja.example/zales.");
  await guest.shows(".log", "kumelīšu");
  assert.equal(await guest.find(".bubble a").getAttribute("href"), "https://teja.example/zales");
  const question = await entry(hark, "Labdien! Vai jums ir piparmētru tēja?");
  const answer = await eventually("the answer is read", async () =>
    (await hark.timeline(question.conversationId ?? "")).find(({delivery}) => delivery === "DELIVERY_STATE_READ"));
  assert.equal(answer.answersEntryId, question.id);
});

story("who says who they are is thanked, which is no error", async ({visitor}) => {
  const guest = await visitor();
  await guest.writes("I come back later.");
  await guest.click("summary", "Tell us who you are");
  await guest.types("#hark-name", "Vera");
  await guest.click(".who button", "Save");
  await guest.shows(".status", "Thank you.");
  assert.equal(await guest.page.locator(".status.bad").count(), 0);
});

story("markup stays text", async ({visitor}) => {
  const guest = await visitor();
  await guest.writes("<img src=x onerror=alert(1)><b>bold</b>");
  await guest.shows(".log", "<b>bold</b>");
  assert.equal(await guest.page.locator(".log img, .log b").count(), 0);
});

story("what is typed survives a reload and what is sent survives a kill", async ({visitor, hark}) => {
  const guest = await visitor();
  await guest.types("textarea", "half a thought");
  await guest.page.reload();
  await guest.holds("textarea", "half a thought");
  await hark.kill();
  await guest.shows(".status", "Reconnecting");
  await guest.sends();
  await guest.shows(".log", "Waits for the connection");
  assert(await isUnsent(guest));
  await hark.start();
  await entry(hark, "half a thought");
  await eventually("nothing is unsent", async () => !(await isUnsent(guest)), 40);
  await guest.hides(".status");
});

story("everything can be done by keys", async ({visitor, hark}) => {
  const guest = await visitor();
  await guest.page.locator("textarea:focus").waitFor();
  await guest.page.keyboard.type("by keys alone");
  await guest.page.keyboard.press("Tab");
  await guest.page.locator("button[aria-label=Send]:focus").waitFor();
  await guest.page.keyboard.press("Enter");
  await entry(hark, "by keys alone");
  assert.equal(await guest.page.locator(".log").getAttribute("aria-live"), "polite");
});

for (const colorScheme of ["light", "dark"] as const) {
  story(`it keeps to WCAG AA when it is ${colorScheme}`, async ({agent, visitor}) => {
    const ana = await agent("ana");
    const guest = await visitor({view: {colorScheme}});
    await guest.writes(`Can everybody read ${colorScheme}? https://example.com/a`);
    await ana.accepts(`read ${colorScheme}?`);
    await ana.answers("We hope so.");
    await guest.shows(".log", "We hope so.");
    await guest.click("summary");
    // As JSON, too large for a frame.
    await guest.page.locator("textarea").fill("\u0001".repeat(12_000));
    await guest.sends();
    await guest.shows(".log", "Not sent: The text is too long");
    await guest.shows(".log", "We hope so.");
    await guest.page.locator("textarea").fill("x".repeat(17_000));
    await guest.sends();
    await guest.shows(".status", "The text is too long");
    assert.equal((await guest.page.locator("textarea").inputValue()).length, 17_000);
    assert.deepEqual(await guest.breaches(), []);
  });
}

/** The user opens the chat on the shop's page. */
async function shopper({hark, visitor}: Cast, view: View, user: User): Promise<Visitor> {
  const guest = await visitor({url: site.shop(hark.url, user), view});
  await guest.click(".launcher");
  await guest.shows(".panel h1", "Tējas veikals");
  return guest;
}

for (const [size, view] of Object.entries({"at a desk": desktop, "on a phone": phone})) {
  story(`a site embeds the chat and vouches for its user, ${size}`, async (cast) => {
    const {agent, hark} = cast;
    const ana = await agent("ana");
    const zane = {externalId: `4711-${size.length}`, email: `zane-${size.length}@shop.example`, name: "Zane"};
    const guest = await shopper(cast, view, zane);
    const words = `Es esmu pieslēgusies (${size})`;
    await guest.writes(words);
    const question = await entry(hark, words);
    assert(question.senderVerified);
    assert.equal(question.sender?.name, "Zane");
    assert.equal((await hark.conversationOf(zane.email))?.id, question.conversationId);
    await ana.accepts(words);
    await guest.click("header .icon");
    await ana.answers("Kā varam palīdzēt?");
    // Answers that come while it is closed are counted on the button.
    await guest.shows(".badge", "1");
    await guest.page.reload();
    await guest.shows(".badge", "1");
    await guest.click(".launcher");
    await guest.shows(".log", "Kā varam palīdzēt?");
    if (view === phone) assert.equal((await guest.find(".panel").boundingBox())?.width, 390);
    assert.deepEqual(await guest.breaches(), []);
  });

  story(`mail and chat of one person are one conversation, each answered where it came, ${size}`, async (cast) => {
    const {agent, customer, hark} = cast;
    const ana = await agent("ana", {view});
    const rita = customer("Rita");
    await rita.writes({subject: "Cup 1207", text: "The cup came broken.\n"});
    await ana.accepts(rita.address);
    await ana.shows("#entries", "The cup came broken.");
    const guest = await shopper(cast, view, {externalId: rita.address, email: rita.address, name: "Rita"});
    await guest.writes("Did my mail reach you?");
    await ana.shows("#entries", "Did my mail reach you?");
    await ana.find("#entries article", "Did my mail reach you?").getByRole("button", {name: /^Reply/}).click();
    await ana.shows("#destination", "chat");
    await ana.answers("It did, I am looking at it.");
    await guest.shows(".log", "It did, I am looking at it.");
    await ana.find("#entries article", "The cup came broken.").getByRole("button", {name: /^Reply/}).click();
    await ana.shows("#destination", rita.address);
    await ana.answers("A new cup is on its way.");
    assert.match((await rita.answer()).text ?? "", /A new cup is on its way\./);
    await guest.hides(".log", "A new cup");
    await ana.click("#resolve");
    await ana.click("#dialog-ok");
    await ana.hides("#dialog");
    await hark.settled(rita.address);
  });
}

/** Files of these names, chosen at once. */
const attaches = ({page}: Visitor, ...names: string[]) =>
  page.locator("input[type=file]").setInputFiles(names.map((name) => ({name, mimeType: "text/plain", buffer: Buffer.from(name)})));

story("a file that does not come through can be taken off, and one too many is named", async ({visitor, hark}) => {
  const guest = await visitor();
  let stuck = 0;
  await guest.page.route(/chat\/files\?name=stuck/, () => void ++stuck);
  await attaches(guest, "stuck.txt", ...Array.from({length: 10}, (_, index) => `note-${index + 1}.txt`));
  await guest.shows(".status", "10 files go with one message at most. Left out: note-10.txt.");
  await guest.writes("With nine notes");
  await guest.shows(".status", "as soon as the files are there");
  await eventually("the file is under way", async () => stuck > 0);
  await guest.click("button[aria-label='Remove: stuck.txt']");
  const message = await entry(hark, "With nine notes");
  assert.deepEqual(message.content?.attachments?.map(({fileName}) => fileName), Array.from({length: 9}, (_, index) => `note-${index + 1}.txt`));
});

story("a file that a busy server puts off is sent when the server said", async ({visitor, hark}) => {
  const guest = await visitor();
  let put = 0;
  await guest.page.route(/chat\/files\?/, (route) => ++put === 1 ? route.fulfill({status: 503, headers: {"Retry-After": "1"}, body: "busy"}) : route.continue());
  await attaches(guest, "late.txt");
  await guest.shows(".status", "late.txt has to wait a moment");
  await guest.writes("A late note");
  assert.equal((await entry(hark, "A late note")).content?.attachments?.length, 1);
  assert.equal(put, 2);
});

story("who signs in next on the same page finds nothing of the one before", async (cast) => {
  const guest = await shopper(cast, desktop, {externalId: "5001", email: "ilze@shop.example", name: "Ilze"});
  await guest.writes("Tikai man zināms");
  await entry(cast.hark, "Tikai man zināms");
  await guest.types("textarea", "un tas vēl nav");
  const next = {externalId: "5002", email: "juris@shop.example", name: "Juris"};
  await guest.page.evaluate(`window.harkChatIdentity = async () => (${JSON.stringify(signed(next))}); window.harkChat.identityChanged()`);
  await guest.hides(".log", "Tikai man zināms");
  await guest.holds("textarea", "");
  await guest.writes("Es esmu Juris");
  const question = await entry(cast.hark, "Es esmu Juris");
  assert.equal(question.sender?.name, "Juris");
  assert.deepEqual(await guest.find(".entry .bubble").allInnerTexts(), ["Es esmu Juris"]);
});

story("a page of another site keeps what is written and sends nothing", async ({visitor, hark}) => {
  site.pages.set("/stranger", `<!doctype html><html lang=en><body><script src="${hark.url}/chat/chat.js" data-account="site"></script></body></html>`);
  const guest = await visitor({url: `http://localhost:${site.port}/stranger`});
  await guest.click(".launcher");
  await guest.writes("anyone?");
  await guest.shows(".log", "Waits for the connection");
  await guest.shows(".status", "Reconnecting");
  assert.deepEqual(await hark.entriesThatSay("anyone?"), []);
});
