// The console's page: an agent's day, by clicks and keys.
import assert from "node:assert/strict";
import type {ConsoleResponse, ListAgentsResponse} from "hark/v1";
import type {Desk} from "./support/desk.js";
import {eventually} from "./support/hark.js";
import {desktop, phone} from "./support/screen.js";
import {stage} from "./support/stage.js";

const story = stage();
const sizes = Object.entries({"at a desk": desktop, "on a phone": phone});

story("a wrong password is told in words and nothing is shown", async ({console}) => {
  const nobody = await console();
  await nobody.signsIn("ana", "wrong");
  await nobody.shows("#sign-in-error", "password");
  assert.equal(await nobody.page.locator("#console").count(), 0);
});

story("what the server refuses is told in the page's language", async ({console}) => {
  const nobody = await console({locale: "lv-LV"});
  await nobody.signsIn("ana", "wrong");
  await nobody.shows("#sign-in-error", "Nepareizs lietotājvārds vai parole.");
  await nobody.page.locator("#password").fill("");
  await nobody.types("#password", "test-password");
  await nobody.click("#sign-in-form button[type=submit]");
  await nobody.shows("#console");
  await nobody.page.evaluate(() => { location.hash = `con_${"0".repeat(26)}`; });
  await nobody.shows(".nothing .error", "Šādas sarunas nav.");
});

story("an agent takes a mail and answers it in its thread", async ({agent, customer, hark}) => {
  const ana = await agent("ana");
  const zane = customer("Zane");
  const question = await zane.writes({subject: "Where is parcel 77", text: "I wait since Monday.\n"});
  await ana.accepts(zane.address);
  await ana.shows("#entries", "I wait since Monday.");
  await ana.shows("#destination", zane.address);
  await ana.shows("#ticket-facts dt", "Waiting");
  await ana.answers("It comes tomorrow.");
  await ana.hides("#ticket-facts dt", "Waiting");
  const answer = await zane.answer();
  assert.match(answer.text ?? "", /It comes tomorrow\./);
  assert.equal(answer.inReplyTo, question);
  await zane.writes({subject: "Re: Where is parcel 77", text: "Thank you.\n", inReplyTo: answer.messageId});
  await ana.shows("#entries", "Thank you.");
  await ana.shows("#entries", "continues a thread");
  await ana.answers("You are welcome.");
  await zane.received(2);
  await ana.click("#resolve");
  await ana.click("#dialog-ok");
  await hark.settled(zane.address);
  await ana.hides("#dialog");
});

story("a second mail of the customer shows up by itself", async ({agent, customer}) => {
  const ana = await agent("ana");
  const ivo = customer("Ivo");
  await ivo.writes({subject: "First 4711", text: "first words\n"});
  await ana.accepts(ivo.address);
  await ana.shows("#entries", "first words");
  await ivo.writes({subject: "Second", text: "second words\n"});
  await ana.shows("#entries", "second words");
});

story("hostile HTML runs nothing and asks nobody", async ({agent, customer, hark}) => {
  const ana = await agent("ana");
  await customer("Mallory").writes({
    subject: "Evil 0815", text: "plain\n", headers: {"X-Evil": "</script><script>window.pwned=5</script>"},
    html: "<p>harmless words</p><script>window.pwned = 1</script><img src='http://tracker.example/pixel.png' onerror='window.pwned = 2'>"
      + "<a href='javascript:window.pwned=3'>link</a><svg onload='window.pwned=4'></svg><iframe src='http://tracker.example/'></iframe>"
      + "<style>@import url(http://tracker.example/x.css); body { background: url(http://tracker.example/y.png) }</style>",
  });
  await ana.accepts("0815");
  await ana.click("#entries button", "Show formatting");
  await ana.page.frameLocator("#entries iframe").getByText("harmless words").waitFor();
  assert.equal(await ana.page.evaluate("window.pwned"), undefined);
  const own = new RegExp(`^(https?|wss?)://127\\.0\\.0\\.1:${hark.portBase}/|^(data|blob|about):`);
  assert.deepEqual(ana.asked.filter((url) => !own.test(url)), []);
});

story("an offer is heard, and shown outside the page while that is hidden", async ({agent, customer}) => {
  const ana = await agent("ana");
  const heard = await ana.hearsNews();
  await customer("Olga").writes({subject: "Bell 1", text: "one\n"});
  await ana.shows("#offers", "Bell 1");
  await eventually("the first one sounds", async () => (await heard()).tones === 2);
  assert.deepEqual((await heard()).notices, []);

  await ana.wantsDesktopNotices();
  await ana.looksAway();
  await customer("Piotr").writes({subject: "Bell 2", text: "two\n"});
  await eventually("the second one sounds", async () => (await heard()).tones === 4);
  assert.deepEqual((await heard()).notices, ["Hark: New offer: Piotr, Bell 2"]);
  assert.match(await ana.page.title(), /^\(2\)/);
});

for (const [size, view] of sizes) {
  story(`a whole story from offer to resolution with a waiver, ${size}`, async ({agent, customer, hark}) => {
    const ana = await agent("ana", {view});
    const zane = customer("Zane");
    await zane.writes({subject: "Story 8815", text: "Where is it?\n\n> You wrote:\n> quoted words\n"});
    await ana.accepts(zane.address);
    await ana.shows("#entries", "Where is it?");
    await ana.hides("#entries", "quoted words");
    await ana.click("#entries button", "Show quoted text");
    await ana.shows("#entries", "quoted words");
    await ana.writes("It is on its way.");
    await ana.presses("Control+Enter");
    await ana.shows("#entries", "It is on its way.");
    await ana.shows("#entries", "On e-mail because it answers the message of");
    await zane.answer();
    await zane.writes({subject: "Thanks 8815", text: "Thank you!\n"});
    await ana.shows("#entries", "Thank you!");
    await ana.click("#resolve");
    await ana.shows("#dialog-waiveReason");
    await ana.click("#dialog-ok");
    await ana.shows("#dialog-error", "Please fill in");
    await ana.types("#dialog-waiveReason", "only thanks");
    await ana.click("#dialog-ok");
    await ana.hides("#dialog");
    await hark.settled(zane.address);
    await ana.shows("#entries", "resolved the ticket");
    assert.equal(await ana.page.locator(".entry.status time").last().evaluate((time) => getComputedStyle(time, "::before").content), '"·"',
      "the time is set off from the words");
  });
}

story("what came while one wrote is read before the answer goes", async ({agent, customer}) => {
  const ana = await agent("ana");
  const ivo = customer("Ivo");
  const first = await ivo.writes({subject: "Order 3307", text: "One chair, please.\n"});
  await ana.accepts(ivo.address);
  await ana.shows("#entries", "One chair");
  await ana.writes("One chair it is.");
  await ivo.writes({subject: "Re: Order 3307", text: "No, two chairs!\n", inReplyTo: first});
  await ana.shows("#composer .wrote-again", "No, two chairs!");
  assert(await ana.page.locator("#send").isDisabled());
  await ana.presses("Control+Enter");
  await ana.holds("#words", "One chair it is.");
  await ana.click("#have-read");
  await ana.page.locator("#words").fill("Two chairs it is.");
  await ana.click("#send");
  assert.match((await ivo.answer()).text ?? "", /Two chairs it is\./);
});

for (const [size, view] of sizes) {
  story(`a reply that was sent into a lost connection arrives once, ${size}`, async ({agent, customer, hark}) => {
    const ana = await agent("ana", {view});
    const ivo = customer("Ivo");
    await ivo.writes({subject: "Cut 5150", text: "Are you there?\n"});
    await ana.accepts(ivo.address);
    await ana.shows("#entries", "Are you there?");
    await ana.writes("Half of an ans");
    await hark.kill();
    await ana.shows("#connection", "connect");
    await ana.types("#words", "wer, and the rest.");
    await ana.click("#send");
    await ana.shows("#send", "Waiting for the connection");
    await hark.start();
    await ana.shows("#entries", "Half of an answer, and the rest.");
    assert.match((await ivo.answer()).text ?? "", /Half of an answer, and the rest\./);
    await ana.holds("#words", "");
    assert.equal(await ana.find("#entries").getByText("and the rest.").count(), 1);
  });
}

/** Loads the page afresh: what it hears from the server from then on, and a way to cut the line. */
async function overhear({page}: Desk): Promise<{heard: ConsoleResponse[]; cut(): Promise<unknown>}> {
  const heard: ConsoleResponse[] = [];
  let cut = () => Promise.resolve<unknown>(undefined);
  await page.routeWebSocket("**/ws/console", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      heard.push(JSON.parse(text.toString()) as ConsoleResponse);
      socket.send(text);
    });
    cut = () => Promise.all([socket.close({code: 3000}), server.close({code: 3000})]);
  });
  await page.reload();
  return {heard, cut: () => cut()};
}

story("a short loss of the connection is resumed without loading afresh", async ({console, customer}) => {
  const ana = await console();
  const line = await overhear(ana);
  await ana.signsIn("ana");
  await ana.isAvailable();
  const ivo = customer("Ivo");
  await ivo.writes({subject: "Resume 7001", text: "before the loss\n"});
  await ana.accepts(ivo.address);
  await ana.shows("#entries", "before the loss");
  line.heard.length = 0;
  await line.cut();
  await ivo.writes({subject: "Resume 7002", text: "while nobody listened\n"});
  await ana.shows("#entries", "while nobody listened");
  await ana.hides("#connection", "connect");
  assert(line.heard.find((frame) => frame.signedIn)?.signedIn?.resumed);
  // What came just before the cut may not have reached the page: it comes again after the page is back.
  const back = line.heard.findIndex((frame) => frame.signedIn);
  const offsets = line.heard.slice(back).flatMap((frame) => (frame.offset ? [Number(frame.offset)] : []));
  assert.deepEqual(offsets, offsets.map((_, i) => offsets[0]! + i));
});

story("a draft is there after a reload", async ({agent, customer}) => {
  const ana = await agent("ana");
  const ivo = customer("Ivo");
  await ivo.writes({subject: "Draft 6060", text: "Hello?\n"});
  await ana.accepts(ivo.address);
  await ana.shows("#entries", "Hello?");
  await ana.writes("unfinished words");
  await ana.page.reload();
  await ana.holds("#words", "unfinished words");
  await ana.shows("#destination", ivo.address);
});

for (const [size, view] of sizes) {
  story(`a transfer brings the ticket and its note to the colleague, ${size}`, async ({agent, customer}) => {
    const ana = await agent("ana", {view});
    const ivo = customer("Ivo");
    await ivo.writes({subject: "Router 9090", text: "It blinks red.\n"});
    await ana.accepts(ivo.address);
    await ana.shows("#entries", "It blinks red.");
    const ben = await agent("ben", {view});
    await ana.click("#transfer");
    await ana.page.locator("#dialog-agent").selectOption("ben");
    await ana.types("#dialog-reason", "knows this router");
    await ana.click("#dialog-ok");
    await ben.accepts(ivo.address);
    await ben.shows("#entries", "knows this router");
    await ben.shows("#ticket-state", "yours");
    await ana.hides("#resolve");
  });
}

story("everything can be done from the palette", async ({agent, customer}) => {
  const ana = await agent("ana");
  await customer("Ivo").writes({subject: "Keys 2024", text: "Only keys.\n"});
  await ana.shows("#offers", "Keys 2024");
  await ana.leavesField();
  await ana.presses("Control+k");
  await ana.shows("#palette");
  await ana.page.keyboard.type("accept first");
  await ana.page.waitForFunction(() => document.querySelectorAll("#palette li").length === 1);
  await ana.presses("Enter");
  await ana.shows("#entries", "Only keys.");
  await ana.page.locator("#words:focus").waitFor();  // where accepting leads
  await ana.leavesField();
  await ana.presses("n");
  await ana.page.locator("#words:focus").waitFor();
  await ana.shows("#destination", "The customer never does.");
});

for (const [language, offers] of [["pl", "Propozycje"], ["lv", "Piedāvājumi"], ["ru", "Предложения"]] as const) {
  story(`it speaks ${language} and remembers it`, async ({agent}) => {
    const ana = await agent("ana");
    await ana.click("#me");
    await ana.page.locator("#language").selectOption(language);
    await ana.shows(".work", offers);
    await ana.page.reload();
    await ana.shows(".work", offers);
    assert.equal(await ana.page.locator("html").getAttribute("lang"), language);
    await ana.click("#me");
    await ana.page.locator("#language").selectOption("en");
    await ana.shows(".work", "Offers");
  });
}

story("it is dark when the system is or when told to", async ({agent}) => {
  const ana = await agent("ana", {view: {colorScheme: "dark"}});
  const isBehind = (color: string) => ana.page.waitForFunction((wanted) => getComputedStyle(document.body).backgroundColor === wanted, color);
  await isBehind("rgb(16, 22, 21)");
  await ana.click("#me");
  await ana.page.locator("#theme").selectOption("light");
  await isBehind("rgb(243, 245, 244)");
});

story("on a phone each pane is a view", async ({agent, customer}) => {
  const ana = await agent("ana", {view: phone});
  await customer("Lauma").writes({subject: "Phone 1001", text: "From my phone.\n"});
  await ana.accepts("1001");
  await ana.shows("#entries", "From my phone.");
  assert.equal(await ana.page.evaluate("document.documentElement.scrollWidth"), 390);
  await ana.hides(".work");
  await ana.click(".head button[aria-label=Customer]");
  await ana.shows(".customer-pane");
  await ana.click(".who-is button");
  await ana.click(".head button[aria-label=Back]");
  await ana.shows(".work");
});

for (const theme of ["light", "dark"]) {
  story(`it keeps to WCAG AA when it is ${theme}`, async ({console, customer}) => {
    const ana = await console();
    await ana.shows("#login");
    assert.deepEqual(await ana.breaches(), []);
    await ana.signsIn("ana");
    await ana.isAvailable();
    await ana.click("#me");
    await ana.page.locator("#theme").selectOption(theme);
    const elza = customer("Elza");
    await elza.writes({subject: "Access 4040", text: "Can everybody read this?\n\n> quoted\n"});
    await ana.shows("#offers", elza.address);
    assert.deepEqual(await ana.breaches(), [], "the offer and the settings");
    await ana.presses("Escape");
    await ana.accepts(elza.address);
    await ana.shows("#entries", "Can everybody read this?");
    await ana.writes("Yes.");
    assert.deepEqual(await ana.breaches(), [], "the conversation");
    await ana.click("#resolve");
    await ana.shows("#dialog");
    assert.deepEqual(await ana.breaches(), [], "resolving");
    await ana.click("#dialog-cancel");
    await ana.leavesField();
    await ana.presses("Control+k");
    await ana.shows("#palette");
    assert.deepEqual(await ana.breaches(), [], "the palette");
  });
}

story("a ticket is put on hold, and comes back to its agent when the customer writes", async ({agent, customer}) => {
  const ana = await agent("ana");
  const oto = customer("Oto");
  await oto.writes({subject: "Spare part 99", text: "When does it come?\n"});
  await ana.accepts(oto.address);
  await ana.shows("#entries", "When does it come?");
  await ana.click("#hold");
  await ana.page.selectOption("#dialog-state", "third_party");
  await ana.page.fill("#dialog-hours", "4");
  await ana.page.fill("#dialog-reason", "the supplier is asked");
  await ana.click("#dialog-ok");
  await ana.shows("#hold-state", "Waiting for somebody else");
  await ana.shows("#on-hold", "Spare part 99");
  await ana.shows("#entries", "the supplier is asked");
  await ana.click("#release");
  await ana.hides("#hold-state");
  await ana.click("#hold");
  await ana.click("#dialog-ok");
  await ana.shows("#hold-state", "Waiting for the customer");
  await oto.writes({subject: "Spare part 99", text: "Never mind, I found one.\n"});
  await ana.hides("#hold-state");
  await ana.shows("#assigned", "Spare part 99");
});

story("an agent says which channels they take, and it outlives the page", async ({agent, hark}) => {
  const ana = await agent("ana");
  await ana.click("#me");
  await ana.page.uncheck("#channels input[value=CHANNEL_PHONE]");
  await eventually("routing knows", async () => {
    const {agents} = await hark.ctl<ListAgentsResponse>("agents");
    return agents?.find(({id}) => id === "ana")?.channels?.length;
  });
  await ana.page.reload();
  await ana.click("#me");
  await ana.page.locator("#channels input[value=CHANNEL_PHONE]:not(:checked)").waitFor();
  await ana.page.check("#channels input[value=CHANNEL_PHONE]");
});

story("the page comes back by itself after hark was killed", async ({agent, customer, hark}) => {
  const ana = await agent("ana");
  const ivo = customer("Ivo");
  await ivo.writes({subject: "Kept 1234", text: "still here\n"});
  await ana.accepts(ivo.address);
  await ana.shows("#entries", "still here");
  await hark.kill();
  await hark.start();
  await ivo.writes({subject: "Later", text: "after the restart\n"});
  await ana.shows("#entries", "after the restart");
  await ana.shows("#entries", "still here");
});
