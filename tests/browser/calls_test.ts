// Agents on the phone: what the call's card says, and what they can do with it.
import assert from "node:assert/strict";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {after} from "node:test";
import type {Desk} from "./support/desk.js";
import {type Call, Exchange} from "./support/exchange.js";
import {phone} from "./support/screen.js";
import {type Cast, stage} from "./support/stage.js";

/** Half a second of a tone, as an exchange records it. */
function tone(): Buffer {
  const samples = 4000;
  const wave = Buffer.alloc(44 + 2 * samples);
  wave.write("RIFF", 0);
  wave.writeUInt32LE(36 + 2 * samples, 4);
  wave.write("WAVEfmt ", 8);
  wave.writeUInt32LE(16, 16);
  wave.writeUInt16LE(1, 20);
  wave.writeUInt16LE(1, 22);
  wave.writeUInt32LE(8000, 24);
  wave.writeUInt32LE(16_000, 28);
  wave.writeUInt16LE(2, 32);
  wave.writeUInt16LE(16, 34);
  wave.write("data", 36);
  wave.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; ++i) wave.writeInt16LE(Math.round(8000 * Math.sin(i / 3)), 44 + 2 * i);
  return wave;
}

/** Where the exchange keeps what was recorded. */
const tapes = createServer((_, answer) => answer.writeHead(200, {"Content-Type": "audio/x-wav"}).end(tone()));
await new Promise<void>((listening) => tapes.listen(0, "127.0.0.1", listening));
const tapesUrl = `http://127.0.0.1:${(tapes.address() as AddressInfo).port}`;
after(() => tapes.close());

const story = stage({
  accounts: [{id: "line", name: "Our number", phone: {kind: "grpc", number: "+37160000000", base_url: tapesUrl}}],
  agents: ["ana", "ben"].map((id) => ({id, name: id === "ana" ? "Ana" : "Ben", password: "test-password", capacity_units: 200, phone: `PJSIP/${id}`})),
  routing: {accept_timeout_seconds: 60, disconnect_grace_seconds: 2, phone_units: 10},
  phone: {ring_seconds: 60},
});
let line: Exchange | undefined;
after(() => line?.end());

let numbers = 20_000_100;
const nextNumber = () => `+371${++numbers}`;

/** A customer calls, Ana takes the call, and they talk. */
async function talking(ana: Desk, cast: Cast): Promise<{call: Call; number: string; leg: string}> {
  line ??= await Exchange.at(cast.hark, "line");
  const number = nextNumber();
  const call = await line.calls(number);
  await ana.accepts(number);
  const {leg, endpoint} = await call.rung();
  assert.equal(endpoint, "PJSIP/ana");
  await ana.shows("#call-card", "Your phone rings");
  await call.answered(leg);
  await ana.shows("#call-card", /Talking.*0:0\d/);
  return {call, number, leg};
}

async function isOver(ana: Desk, call: Call): Promise<void> {
  await call.hangsUp();
  await ana.page.locator("#call-card").waitFor({state: "detached"});
  await ana.click("#resolve");
  await ana.click("#dialog-ok");
  await ana.hides("#dialog");
}

story("a call is held, taken up again and ended", async (cast) => {
  const ana = await cast.agent("ana");
  const {call, number} = await talking(ana, cast);
  await ana.shows("#on-the-phone", number);
  assert.equal(await ana.find("#waiting li, #assigned li", number).count(), 0, "nobody waits while they talk");
  await ana.shows("#call-hold", "Hold call");
  // There is nothing to answer in writing, so what is written is a note, and stays one when the call is over.
  await ana.shows("form.composer.note");
  await ana.types("#words", "asks for a refund");
  await ana.click("#call-hold");
  assert.equal((await call.wasTold("hold")).hold?.held, true);
  await ana.shows("#call-card", "Call on hold");
  await ana.shows("#call-hold", "Resume call");
  await ana.shows("#hold", "Put on hold");
  assert.deepEqual(await ana.breaches(), []);
  await ana.click("#call-hold");
  await ana.shows("#call-card", "Talking");
  await ana.shows("#resolve-why", "The call goes on. Hang up first");
  assert.equal(await ana.page.locator("#resolve").getAttribute("aria-disabled"), "true");
  await ana.page.screenshot({path: "build/browser/pictures/call-talking.png"});
  await ana.leavesField();
  await ana.presses("e");
  await ana.hides("#dialog");
  await ana.click("#call-hang-up");
  await call.wasTold("hang_up");
  await call.hangsUp();
  await ana.page.locator("#call-card").waitFor({state: "detached"});
  await ana.shows("form.composer.note");
  await ana.holds("#words", "asks for a refund");
  await ana.click("#send");
  await ana.shows("#entries .note", "asks for a refund");
  await isOver(ana, call);
});

story("an agent asks a colleague by the keyboard, who is told why their phone rings, and hands over", async (cast) => {
  const ana = await cast.agent("ana");
  const ben = await cast.agent("ben", {available: false});
  const {call, number} = await talking(ana, cast);
  await ana.leavesField();
  await ana.presses("c");
  await ana.shows("#dialog", "Ask someone before passing the call on");
  await ana.page.locator("#dialog-agent").selectOption({label: "Ben"});
  await ana.presses("Tab", "Enter");
  const asked = await call.rung(2);
  assert.equal(asked.endpoint, "PJSIP/ben");
  await ana.shows("#call-card", "Ben’s phone rings");
  await ben.click("#notices");
  await ben.shows(".notice-list", "Ana asks you about a call");
  await ben.shows(".notice-list", number);
  await ben.click(".notice-list button", "Open");
  await ben.page.locator(".menu-back").click();
  await ben.shows("#call-card", "Ana is talking");
  assert.equal(await ben.page.locator("#call-hang-up").count(), 0, "it is not his call");
  await call.answered(asked.leg);
  await ana.shows("#call-card", "Asking Ben");
  await ana.shows("#call-card", "the customer hears music");
  assert.deepEqual(await ana.breaches(), []);
  await ana.page.screenshot({path: "build/browser/pictures/call-asking.png"});
  await ana.click("#call-hand-over");
  await ben.shows("#call-card", "Talking");
  await ben.shows("#ticket-state", "yours");
  await ana.shows("#call-card", "Ben is talking");
  await isOver(ben, call);
});

story("what was asked is taken back, and who cannot be asked is told", async (cast) => {
  const ana = await cast.agent("ana");
  const {call} = await talking(ana, cast);
  await ana.click("#call-ask");
  await ana.page.locator("#dialog-agent").selectOption({value: ""});
  await ana.types("#dialog-number", "12");
  await ana.click("#dialog-ok");
  await ana.shows("#dialog-error", "none that can be called");
  await ana.page.locator("#dialog-number").fill("+371 2000 0009");
  await ana.click("#dialog-ok");
  const asked = await call.rung(2);
  await ana.shows("#call-card", "+37120000009’s phone rings");
  await call.answered(asked.leg);
  await ana.shows("#call-card", "Asking +37120000009");
  await ana.click("#call-take-back");
  await ana.shows("#call-card", "Talking");
  await call.hangsUp(asked.leg);
  await isOver(ana, call);
});

story("a call is passed on to a number outside, from a telephone's screen", async (cast) => {
  const ana = await cast.agent("ana", {view: phone});
  const {call, leg} = await talking(ana, cast);
  await ana.page.screenshot({path: "build/browser/pictures/call-on-a-phone.png"});
  await ana.click("#call-pass-on");
  await ana.types("#dialog-number", "+37120000009");
  await ana.click("#dialog-ok");
  const asked = await call.rung(2);
  await ana.shows("#call-card", "passing on to +37120000009");
  await call.answered(asked.leg);
  await call.hangsUp(leg);
  await ana.shows("#call-card", "Talking with +37120000009, outside");
  assert.equal(await ana.page.locator("#call-hold").count(), 0);
  await isOver(ana, call);
});

story("a message on tape is heard at the desk", async (cast) => {
  line ??= await Exchange.at(cast.hark, "line");
  const ana = await cast.agent("ana");
  const number = nextNumber();
  const call = await line.calls(number);
  await call.leavesMessage(`${tapesUrl}/message-1`);
  await call.hangsUp();
  await ana.accepts(number);
  await ana.shows("#entries", "[voicemail");
  const sound = ana.page.locator("#entries .files audio");
  await sound.scrollIntoViewIfNeeded();
  assert.deepEqual(await ana.breaches(), []);
  const seconds = await sound.evaluate(async (audio: HTMLAudioElement) => {
    audio.muted = true;
    await audio.play();
    return audio.duration;
  });
  assert.equal(seconds, 0.5);
  await ana.page.screenshot({path: "build/browser/pictures/call-message.png"});
  await ana.click("#resolve");
  await ana.types("#dialog-waiveReason", "heard");
  await ana.click("#dialog-ok");
  await ana.hides("#dialog");
});

story("who is on a call sees it whatever else they look at", async (cast) => {
  const ana = await cast.agent("ana");
  const {call, number} = await talking(ana, cast);
  const other = nextNumber();
  const second = await line!.calls(other);
  await second.hangsUp();
  await ana.click("#tab-all");
  await ana.click("#all li", other);
  await ana.shows("#customer", other);
  await ana.shows("#call-card", number);
  await ana.page.screenshot({path: "build/browser/pictures/call-elsewhere.png"});
  await ana.click("#call-card button", "Show");
  await ana.shows("#customer", number);
  await isOver(ana, call);
});
