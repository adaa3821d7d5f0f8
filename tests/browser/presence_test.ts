// What an agent is to the others, and whether they are told.
import assert from "node:assert/strict";
import type {ConsoleResponse, ExplainResponse, SummarizeQueueResponse} from "hark/v1";
import {phone} from "./support/screen.js";
import {stage} from "./support/stage.js";

const story = stage({
  routing: {accept_timeout_seconds: 2, missed_offers_until_away: 2, rest_after_miss_seconds: 1, disconnect_grace_seconds: 2},
  agents: [
    {id: "ana", name: "Ana", password: "test-password", capacity_units: 10},
    {id: "sam", name: "Sam", password: "test-password", role: "supervisor", capacity_units: 10},
  ],
});

story("who signs in is away until they say otherwise, and sees it", async ({agent, hark}) => {
  const ana = await agent("ana", {available: false});
  await ana.page.locator("input[value=PRESENCE_AWAY]:checked").waitFor({state: "attached"});
  await ana.shows("#work-panel", "You are Away, so nothing is offered to you.");
  const {agents} = await hark.ctl<{agents: {id: string; presence: string}[]}>("agents");
  assert.equal(agents.find(({id}) => id === "ana")?.presence, "PRESENCE_AWAY");
  await ana.isAvailable();
  await ana.page.reload();
  await ana.page.locator("input[value=PRESENCE_AVAILABLE]:checked").waitFor({state: "attached"});
});

// What the last page left holds until the grace period ends: a click on the choice it still shows would change nothing.
story("presence is chosen once routing has told what it is", async ({console}) => {
  const ana = await console();
  let release = () => {};
  const released = new Promise<void>((resolve) => { release = resolve; });
  await ana.page.routeWebSocket("**/ws/console", (socket) => {
    let told = Promise.resolve();
    socket.connectToServer().onMessage((text) => {
      const isWork = Boolean((JSON.parse(text.toString()) as ConsoleResponse).work);
      told = told.then(() => (isWork ? released : undefined)).then(() => socket.send(text));
    });
  });
  await ana.page.reload();
  await ana.signsIn("ana");
  await ana.shows("#console");
  assert.equal(await ana.page.locator("#presence input:enabled").count(), 0);
  release();
  await ana.isAvailable();
});

story("an agent whom a supervisor takes offline sees that, and the way back", async ({agent}) => {
  const ana = await agent("ana");
  const sam = await agent("sam", {available: false});
  await sam.click(".places button", "Floor");
  await sam.find("#agents tr", "Ana").getByRole("button", {name: "Change presence"}).click();
  await sam.page.selectOption("#dialog-presence", "PRESENCE_OFFLINE");
  await sam.page.fill("#dialog-reason", "shift is over");
  await sam.click("#dialog-ok");
  await ana.page.locator("input[value=PRESENCE_OFFLINE]:checked").waitFor({state: "attached"});
  await ana.shows("#presence", "Offline");
  await ana.shows("#work-panel", "You are offline");
  await ana.isAvailable();
  await ana.page.locator("input[value=PRESENCE_OFFLINE]").waitFor({state: "detached"});
});

story("a supervisor sees themselves connected on the floor, from the first moment", async ({agent}) => {
  const sam = await agent("sam", {available: false});
  await sam.click(".places button", "Floor");
  await sam.shows("#agents tr", "Sam");
  assert.ok(!(await sam.find("#agents tr", "Sam").innerText()).includes("not connected"));
});

for (const [size, view] of Object.entries({"at a desk": {}, "on a phone": phone})) {
  story(`what an agent is about to click stays under the pointer when they are no longer offline, ${size}`, async ({agent, hark}) => {
    const ana = await agent("ana", {view});
    const choice = ana.find("#presence label", "Available");
    const checked = (presence: string) => ana.page.locator(`input[value=PRESENCE_${presence}]:checked`).waitFor({state: "attached"});
    const places = [await choice.boundingBox()];
    for (const presence of ["offline", "away"]) {
      await hark.ctl("agents", "presence", "ana", presence);
      await checked(presence.toUpperCase());
      places.push(await choice.boundingBox());
    }
    const [available, offline, away] = places;
    assert.deepEqual(away, available);
    assert.deepEqual(away, offline);
  });

  story(`an agent who let offers run out is told how many, and comes back with a click, ${size}`, async ({agent, customer}) => {
    const ana = await agent("ana", {view});
    const ivo = customer("Ivo");
    await ivo.writes({subject: "Nobody 1", text: "Is anybody there?\n"});
    await ana.shows("#missed-offers", "You were set to Away: 2 offers in a row ran out before you answered them.");
    await ana.page.locator("input[value=PRESENCE_AWAY]:checked").waitFor({state: "attached"});
    assert.deepEqual(await ana.breaches(), []);
    const sam = await agent("sam", {available: false, view});
    await sam.click(".places button", "Floor");
    await sam.shows("#agents tr .badge.bad", "2 offers missed");
    assert.deepEqual(await sam.breaches(), []);
    await ana.page.reload();
    await ana.shows("#missed-offers", "2 offers");
    await ana.click("#missed-offers button");
    await ana.page.locator("input[value=PRESENCE_AVAILABLE]:checked").waitFor({state: "attached"});
    await ana.hides("#missed-offers");
    await ana.accepts("Nobody 1");
    await ana.click("#resolve");
    await ana.page.fill("#dialog-waiveReason", "a test");
    await ana.click("#dialog-ok");
    await ana.hides("#dialog");
  });
}

story("an estimated wait is the same wherever one looks", async ({agent, customer, hark}) => {
  const ana = await agent("ana");
  for (const number of [1, 2]) {
    await customer(`Served${number}`).writes({subject: `Served${number}`, text: "Hello\n"});
    await ana.accepts(`Served${number}`);
  }
  await hark.ctl("agents", "set", "ana", "--capacity", "2");
  const sam = await agent("sam", {available: false});
  const waits = [1, 2].map((number) => customer(`Waits${number}`));
  for (const one of waits) await one.writes({subject: `About ${one.name}`, text: "Hello\n"});
  await sam.click(".places button", "Floor");
  await sam.shows("#queues tbody tr", /Everything\s*2/);
  const last = sam.find("#waiting-tickets li", "Waits2");
  await last.getByRole("button", {name: "Why"}).click();
  const told = last.locator(".why-facts dd").nth(2);
  await told.waitFor();
  const {queues} = await hark.ctl<SummarizeQueueResponse>("queues");
  const conversation = await hark.conversationOf(waits[1]?.address ?? "");
  const explained = await hark.ctl<ExplainResponse>("why", conversation?.id ?? "");
  assert.ok(Number(explained.estimatedWaitMs) > 0);
  assert.equal(queues?.[0]?.estimatedWaitMs, explained.estimatedWaitMs);
  const seconds = `${Math.floor(Number(explained.estimatedWaitMs) / 1000)} s`;
  assert.equal(await told.innerText(), seconds);
  await sam.shows("#queues tbody tr", new RegExp(`Everything.*${seconds}`));
  await ana.click("#presence label", "Away");
  await sam.shows("#queues tbody tr", /Everything.*nobody is there/);
  await last.locator(".why-facts dd", {hasText: "nobody is there"}).waitFor();
});
