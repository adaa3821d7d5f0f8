// One customer by several ways: two who turn out to be one, a visitor who stays away, and pictures that would tell on the reader.
import assert from "node:assert/strict";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {after} from "node:test";
import {eventually} from "./support/hark.js";
import type {Desk} from "./support/desk.js";
import type {MailCustomer} from "./support/mail.js";
import {desktop, phone} from "./support/screen.js";
import {Site} from "./support/site.js";
import {type Cast, stage} from "./support/stage.js";

const SECRET = "the secret of the test shop";
const story = stage({
  accounts: [
    {id: "support", name: "Support", email: {address: "support@hark.test"}},
    {id: "site", name: "Tējas veikals", chat: {origins: ["*"], identity_secret: SECRET}},
  ],
  chat: {offer_switch_after_seconds: 2},
});

/** A server of somebody else's, that would learn who reads what: what it was asked for, and what came along. */
class Tracker {
  readonly asked: {path: string; referrer: string | undefined; cookie: string | undefined}[] = [];
  readonly #server = createServer(({url = "", headers}, response) => {
    this.asked.push({path: url, referrer: headers.referer, cookie: headers.cookie});
    response.writeHead(200, {"Content-Type": "image/svg+xml"}).end('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>');
  });

  async listening(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    return this;
  }
  get origin(): string { return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; }
  end(): void { this.#server.close(); this.#server.closeAllConnections(); }
}

const sites: {end(): void}[] = [];
after(() => sites.forEach((site) => site.end()));

story("pictures from outside are loaded by a click, for that mail alone, and tell nothing of the reader", async ({agent, customer}) => {
  const tracker = await new Tracker().listening();
  sites.push(tracker);
  const ana = await agent("ana");
  const dita = customer("Dita");
  const html = (picture: string) => `<p>Words of ${picture}</p><img src="${tracker.origin}/${picture}.svg" onerror="document.title='run'">
    <div style="background: url(${tracker.origin}/style.svg)">x</div><script>document.title = "run"</script>`;
  await dita.writes({subject: "Newsletter", text: "first\n", html: html("one")});
  await ana.accepts(dita.address);
  await dita.writes({subject: "Newsletter 2", text: "second\n", html: html("two")});
  await ana.shows("#entries", "second");
  for (let mail = 0; mail < 2; ++mail) {
    await ana.click("#entries .folds button", "Show formatting");
    await ana.page.frameLocator("iframe.html").nth(mail).getByText("Words of").waitFor();
  }
  assert.deepEqual(tracker.asked, [], "nothing is loaded by looking");
  await ana.click("#entries button", "Show pictures");
  await eventually("the picture is loaded", () => tracker.asked.length > 0);
  await ana.page.frameLocator("iframe.html").first().frameLocator("iframe").getByText("Words of one").waitFor();
  assert.deepEqual(tracker.asked, [{path: "/one.svg", referrer: undefined, cookie: undefined}]);
  assert.equal(await ana.page.locator("#entries button", {hasText: "Show pictures"}).count(), 1, "the other mail's are not");
  assert.equal(await ana.page.title().then((title) => title.includes("run")), false);
  assert.deepEqual(await ana.breaches(), []);
});

/** Somebody whom the shop knows asks in its chat, and goes before the answer comes. */
async function asksAndGoes({agent, customer, hark, visitor}: Cast, name: string, words: string, view = desktop): Promise<{ana: Desk; who: MailCustomer}> {
  const site = await Site.started();
  sites.push(site);
  const who = customer(name);
  const ana = await agent("ana", {view});
  const guest = await visitor({url: site.shop(hark.url, {externalId: who.address, email: who.address, name})});
  await guest.click(".launcher");
  await guest.writes(words);
  await ana.accepts(words);
  await guest.page.context().close();
  return {ana, who};
}

for (const [size, view] of Object.entries({"at a desk": desktop, "on a phone": phone})) {
  story(`a visitor stays away, and the agent sends the reply to their verified address, ${size}`, async (cast) => {
    const {ana, who} = await asksAndGoes(cast, "Zane", `Is my parcel on its way, ${size}?`, view);
    await ana.answers("It comes tomorrow.");
    await ana.shows("#unfetched", "It comes tomorrow.");
    assert.deepEqual(await ana.breaches(), []);
    await ana.click("#unfetched-send", who.address);
    await ana.holds("#words", "It comes tomorrow.");
    await ana.shows("#destination.switched", "has not come back to the chat");
    await ana.hides("#unfetched");
    await ana.click("#send");
    assert.match((await who.answer()).text ?? "", /It comes tomorrow\./);
    await ana.shows("#entries .why", "has not come back to the chat");
    await ana.hides("#notices .count");
  });
}

story("a reply that waits is offered after its ticket was resolved, too, as a mail of its own", async (cast) => {
  const {ana, who} = await asksAndGoes(cast, "Rita", "Do you sell oolong?");
  await ana.answers("Yes, four kinds.");
  await ana.click("#resolve");
  await ana.click("#dialog-ok");
  await ana.shows("#ticket-state", "resolved");
  await ana.click("#unfetched-send", who.address);
  await ana.holds("#dialog-text", "Yes, four kinds.");
  await ana.holds("#dialog-to", who.address);
  await ana.types("#dialog-subject", "Oolong");
  await ana.click("#dialog-ok");
  const mail = await who.answer();
  assert.equal(mail.subject, "Oolong");
  assert.match(mail.text ?? "", /Yes, four kinds\./);
  await ana.shows("#entries .why", "has not come back to the chat");
  await ana.hides("#unfetched");
});

story("a reply may wait, when the agent says so", async (cast) => {
  const {ana} = await asksAndGoes(cast, "Lilita", "Do you sell rooibos?");
  await ana.answers("We do.");
  await ana.click("#unfetched-wait");
  await ana.hides("#unfetched");
  await ana.hides("#notices .count");
});

story("two customers are joined with what speaks for it in view, and come apart again", async ({agent, customer}) => {
  const ana = await agent("ana");
  const work = customer("Work");
  const home = customer("Home");
  await work.writes({subject: "Order 7", text: "Where is it?\n"});
  await home.writes({subject: "Order 7 again", text: "It is me, from home.\n"});
  const ben = await agent("ben", {available: false});
  await ben.click("#tab-all");
  await ben.click("#all button", "Order 7 again");
  await ben.shows("#entries", "It is me, from home.");
  await ana.accepts(work.address);
  await ana.click("#join");
  await ana.types("#dialog-query", home.address);
  await ana.click("#dialog-ok");
  await ana.shows(".evidence", home.address);
  await ana.shows(".evidence", work.address);
  assert.deepEqual(await ana.breaches(), []);
  await ana.click("#dialog-ok");
  await ana.shows("#dialog-error", "Please fill in");
  await ana.click("#dialog .suggestions button", "said so");
  await ana.click("#dialog-ok");
  await ana.shows("#entries", "It is me, from home.");
  await ana.shows("#entries .status", `Ana joined this customer and Home <${home.address}>: said so`);
  await ana.shows("#joined", home.address);
  await ben.shows("#entries", "Where is it?");
  await ben.shows("#joined", home.address);

  await ana.click("#joined button");
  await ana.types("#dialog-reason", "they share a flat");
  await ana.click("#dialog-ok");
  await ana.hides("#joined");
  await ana.hides("#entries", "It is me, from home.");
  await ana.shows("#entries", "Where is it?");
  await ana.shows("#entries .status", `Ana took this customer and Home <${home.address}> apart again: they share a flat`);
  await ana.click("#entries .status a", "Home");
  await ana.shows("#entries", "It is me, from home.");
  await ana.shows("#entries .status", `Ana took this customer and Work <${work.address}> apart again: they share a flat`);
});
