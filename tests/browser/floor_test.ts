// Several people at once: colleagues, two pages of one agent, and a supervisor.
import assert from "node:assert/strict";
import type {ConsoleResponse} from "hark/v1";
import type {Desk} from "./support/desk.js";
import type {MailCustomer} from "./support/mail.js";
import {desktop, phone} from "./support/screen.js";
import {stage} from "./support/stage.js";

const story = stage();

/** The customer asks this, and the agent has it before them. */
async function asks(customer: MailCustomer, desk: Desk, words: string): Promise<void> {
  await customer.writes({subject: `About ${customer.address}`, text: `${words}\n`});
  await desk.accepts(customer.address);
  await desk.shows("#entries", words);
}

story("a draft follows its agent and is gone everywhere once it was sent", async ({agent, customer}) => {
  const ana = await agent("ana");
  const laptop = customer("Laptop");
  await asks(laptop, ana, "It does not start.");
  await ana.writes("Half of it,");
  const elsewhere = await agent("ana", {available: false});
  await elsewhere.click("#assigned button", "Laptop");
  await elsewhere.holds("#words", "Half of it,");
  await elsewhere.writes(" and the rest.");
  await ana.holds("#words", "Half of it, and the rest.");
  await elsewhere.click("#send");
  assert.match((await laptop.answer()).text ?? "", /Half of it, and the rest\./);
  await ana.holds("#words", "");
  await ana.writes("More to come.");
  assert.equal(await ana.page.locator(".composer .notice").count(), 0, "new words do not clash with sent ones");
});

story("a long address keeps to the pane, and what is required is marked", async ({agent, customer}) => {
  const ana = await agent("ana");
  const address = `${"longname".repeat(6)}@${"a-long-department".repeat(3)}.example.org`;
  await customer("", address).writes({subject: "Long", text: "Hello.\n"});
  await ana.accepts("Long");
  const overflow = () => ana.page.evaluate(() => [...document.querySelectorAll(".customer-pane, .customer-pane *, #conversation-head")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1).map((one) => one.className || one.tagName));
  await ana.shows(".customer-pane", address);
  assert.deepEqual(await overflow(), []);
  const avatar = await ana.page.locator(".who-is .avatar").boundingBox();
  assert.equal(Math.round(avatar?.width ?? 0), Math.round(avatar?.height ?? 1), "the picture stays round");
  await ana.page.screenshot({path: "build/browser/pictures/long-address.png"});
  await ana.click("#transfer");
  await ana.shows("#dialog label", "Note for the next agent *");
  assert.equal(await ana.page.locator("#dialog-reason").getAttribute("aria-required"), "true");
  assert.deepEqual(await ana.breaches(), []);
  await ana.click("#dialog-cancel");
});

story("what an agent takes while the floor is watched has its customer's name", async ({agent, customer}) => {
  const sam = await agent("sam", {available: false});
  await sam.click(".places button", "Floor");
  await sam.shows("#agents", "Ana");
  const ana = await agent("ana");
  await asks(customer("Chipped"), ana, "Who am I on the floor?");
  await sam.shows("#agents .chip-button", "Chipped");
  await sam.page.screenshot({path: "build/browser/pictures/floor.png"});
});

story("a file goes out with the answer", async ({agent, customer}) => {
  const ana = await agent("ana");
  const ivo = customer("Ivo");
  await asks(ivo, ana, "Please send the invoice again.");
  await ana.writes("Here it is.");
  await ana.page.locator("#composer input[type=file]").setInputFiles(
    {name: "invoice.txt", mimeType: "text/plain", buffer: Buffer.from("Total: 12 EUR\n")});
  await ana.shows("#composer .files", "invoice.txt");
  await ana.click("#send");
  const {attachments} = await ivo.answer();
  assert.deepEqual(attachments.map(({filename, content}) => [filename, new TextDecoder().decode(content as ArrayBuffer).trim()]),
    [["invoice.txt", "Total: 12 EUR"]]);
  await ana.shows("#entries", "invoice.txt");
});

story("a colleague who is named in a note is told once", async ({agent, customer}) => {
  const ana = await agent("ana");
  await asks(customer("Router"), ana, "It blinks.");
  await ana.choosesNote();
  await ana.types("#words", "@be");
  await ana.click(".mentions button", "Ben");
  await ana.holds("#words", "@ben ");
  await ana.types("#words", "do you know this one?");
  await ana.click("#send");
  await ana.shows("#entries .mention", "@ben");
  const ben = await agent("ben", {available: false});
  await ben.shows("#notices .count", "1");
  await ben.click("#notices");
  await ben.shows(".notice-list", "do you know this one?");
  await ben.click(".notice-list button", "Open");
  await ben.shows("#entries", "It blinks.");
  await ben.hides("#notices .count");
  await ana.shows(".present", "Ben");
});

story("a colleague whose full name was typed by hand is told, and a name that is nobody's is said before the note goes", async ({agent, customer}) => {
  const ana = await agent("ana");
  await asks(customer("Modem"), ana, "It hums.");
  await ana.choosesNote();
  await ana.types("#words", "@Benjamin Ozols and @benn, please look");
  await ana.shows("#who-is-told", "Will be told: Benjamin Ozols.");
  await ana.shows("#who-is-told", "No colleague is called @benn");
  await ana.click("#send");
  await ana.shows("#composer-error", "Correct @benn");
  assert.deepEqual(await ana.breaches(), []);
  await ana.click("#send");
  await ana.shows("#entries .mention", "@Benjamin Ozols");
  assert.equal(await ana.page.locator("#entries .mention").count(), 1);
  const ben = await agent("ben", {available: false});
  await ben.click("#notices");
  await ben.shows(".notice-list", "please look");
});

for (const [size, view] of Object.entries({"at a desk": desktop, "on a phone": phone})) {
  story(`a supervisor watches, whispers and takes over, ${size}`, async ({agent, customer}) => {
    const ana = await agent("ana", {view});
    const refund = customer("Refund");
    await asks(refund, ana, "I was charged twice.");
    const sam = await agent("sam", {available: false, view});
    await sam.click(".places button", "Floor");
    await sam.shows("#agents", "Refund");
    assert.equal(await sam.page.locator(".plot").count(), 4);
    assert.deepEqual(await sam.breaches(), []);
    assert.deepEqual(await sam.page.locator(".floor-card").evaluateAll((cards) => cards.filter((card) => card.scrollWidth > card.clientWidth)), []);
    await sam.click("#agents .chip-button", "Refund");
    await sam.shows("#entries", "I was charged twice.");
    await sam.click(".actions button", "Whisper");
    await sam.types("#dialog-text", "Offer her ten percent.");
    await sam.click("#dialog-ok");
    await ana.shows("#entries .whisper", "Offer her ten percent.");
    await sam.click(".actions button", "Take over");
    await sam.click("#dialog-ok");
    await sam.shows("#dialog-error", "Please fill in");
    await sam.types("#dialog-reason", "an old friend");
    await sam.click("#dialog-ok");
    await sam.shows("#ticket-state", "yours");
    await ana.shows("#composer-state", "Sam holds this ticket");
    await ana.hides(".work .item", "Refund");
    await sam.answers("The second charge is on its way back.");
    assert.match((await refund.answer()).text ?? "", /on its way back/);
  });
}

story("missed targets stand out above the queues", async ({console}) => {
  const sam = await console();
  await sam.page.routeWebSocket("**/ws/console", (socket) => {
    socket.connectToServer().onMessage((text) => {
      const frame = JSON.parse(text.toString()) as ConsoleResponse;
      if (frame.overview) frame.overview = {...frame.overview, slaAtRisk: 1, slaMissed: 2};
      socket.send(JSON.stringify(frame));
    });
  });
  await sam.page.reload();
  await sam.signsIn("sam");
  await sam.click(".places button", "Floor");
  await sam.shows("#sla-counts.notice.bad", "Targets: 1 at risk, 2 missed");
});

story("an answer that was being written when a supervisor took the ticket over is kept in view, and becomes a note", async ({agent, customer}) => {
  const ana = await agent("ana");
  const lamp = customer("Lamp");
  await asks(lamp, ana, "It is dark.");
  await ana.writes("Have you tried the switch?");
  const sam = await agent("sam", {available: false});
  await sam.click("#tab-all");
  await sam.click("#all button", "Lamp");
  await sam.click(".actions button", "Take over");
  await sam.types("#dialog-reason", "training");
  await sam.click("#dialog-ok");
  await ana.shows("#composer .kept-draft", "Have you tried the switch?");
  assert.deepEqual(await ana.breaches(), []);
  await ana.page.reload();
  await ana.shows("#composer .kept-draft", "Have you tried the switch?");
  await ana.click(".kept-draft button", "Make it a note");
  await ana.holds("#words", "Have you tried the switch?");
  await ana.hides("#composer .kept-draft");
  await ana.click("#send");
  await ana.shows("#entries .note", "Have you tried the switch?");
});

story("every place is reached on a phone, in a language of long words", async ({agent}) => {
  const sam = await agent("sam", {available: false, view: {...phone, viewport: {width: 390, height: 664}}});
  await sam.click("#me");
  await sam.page.selectOption("#language", "lv");
  await sam.presses("Escape");
  for (const [place, shown] of [["Karantīna", "#quarantine-title"], ["Maiņa", "#agents"], ["Darbvieta", "#work-panel"]] as const) {
    await sam.click(".places button", place);
    await sam.shows(shown);
  }
  const tops = await sam.page.locator("#presence, #notices, #me").evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().top));
  assert.ok(Math.max(...tops) - Math.min(...tops) < 12, `what they are stands on one line: ${tops}`);
});

story("a supervisor changes the presence of an agent who is told why", async ({agent}) => {
  const ana = await agent("ana");
  const sam = await agent("sam", {available: false});
  await sam.click(".places button", "Floor");
  await sam.find("#agents tr", "Ana").getByRole("button", {name: "Change presence"}).click();
  await sam.page.locator("#dialog-presence").selectOption("PRESENCE_AWAY");
  await sam.types("#dialog-reason", "meeting");
  await sam.click("#dialog-ok");
  await ana.page.locator("input[value=PRESENCE_AWAY]:checked").waitFor({state: "attached"});
  await ana.click("#notices");
  await ana.shows(".notice-list", "meeting");
});

story("a supervisor sees why a ticket waits, and of each agent what keeps them from it", async ({agent, customer}) => {
  const ana = await agent("ana", {available: false});
  await ana.click("#presence label", "Away");
  const stranger = customer("Stranger");
  await stranger.writes({subject: `About ${stranger.address}`, text: "Is anybody there?\n"});
  const sam = await agent("sam", {available: false});
  await sam.click(".places button", "Floor");
  await sam.find("#waiting-tickets li", stranger.address).getByRole("button", {name: "Why"}).click();
  await sam.shows(".why-candidates tr", /Ana.*away/);
  await sam.shows(".why-candidates tr", /Ben.*offline/);
  await sam.shows(".why-facts", /No queue, \d+ ahead/i);
  await sam.shows(".why-facts", /Rules\s*1/);
  assert.deepEqual(await sam.breaches(), []);
  await ana.isAvailable();
  await sam.shows(".why-candidates tr", /Ana.*offer/);
});

story("a conversation is found by what was said", async ({agent, customer}) => {
  const ana = await agent("ana");
  await asks(customer("Umbrella"), ana, "The handle is made of walnut.");
  const sam = await agent("sam", {available: false});
  await sam.types("#search", "waln");
  await sam.click("#found button", "Umbrella");
  await sam.shows("#entries", "walnut");
});
