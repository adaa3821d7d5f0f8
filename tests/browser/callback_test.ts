// Customers who are to be called back, but not now.
import assert from "node:assert/strict";
import {after} from "node:test";
import {Exchange} from "./support/exchange.js";
import {stage} from "./support/stage.js";

/** Far from now by every clock of Latvia. */
const hour = (new Date().getUTCHours() + 12) % 23;
const time = `${String(hour).padStart(2, "0")}:00`;

const story = stage({
  accounts: [{id: "line", name: "Our number", phone: {kind: "grpc", number: "+37160000000"}}],
  agents: [{id: "ana", name: "Ana", password: "test-password", capacity_units: 200, phone: "PJSIP/ana"}],
  routing: {accept_timeout_seconds: 60, disconnect_grace_seconds: 2},
  phone: {callback_hours: `${time}-${time.replace(":00", ":30")}`},
});
let line: Exchange | undefined;
after(() => line?.end());

story("a call back that waits for the morning says when and why, at the call and at the reply", async ({agent, hark}) => {
  line = await Exchange.at(hark, "line");
  const ana = await agent("ana", {view: {timezoneId: "Europe/Riga"}});
  const number = "+37120000301";
  const call = await line.calls(number);
  await call.hangsUp();
  await ana.accepts(number);
  await ana.click("#send");
  const words = new RegExp(`Will be called back at .*${time}: quiet hours in Latvia`);
  await ana.shows("#entries .entry.inbound", words);
  await ana.shows("#entries .entry.reply", words);
  assert.equal(await ana.find("#entries .entry.inbound .badge", "answered").count(), 0, "nobody has talked to them");
  assert.deepEqual(await ana.breaches(), []);
  await ana.page.screenshot({path: "build/browser/pictures/call-back-later.png"});
  await ana.click("#resolve");
  await ana.click("#dialog-ok");
  await ana.hides("#dialog");
});

story("a call back that waits stands for itself, is not offered twice, and is withdrawn by hand", async ({agent, hark}) => {
  line ??= await Exchange.at(hark, "line");
  const ana = await agent("ana", {view: {timezoneId: "Europe/Riga"}});
  const number = "+37120000302";
  const call = await line.calls(number);
  await call.hangsUp();
  await ana.accepts(number);
  await ana.click("#send");
  await ana.shows("#callbacks", number);
  await ana.shows("#callbacks", new RegExp(`Will be called back at .*${time}`));
  assert.equal(await ana.find("#waiting li", number).count(), 0, "it is not the customer's turn");
  await ana.shows("#callback-waits", /Will be called back at/);
  assert.equal(await ana.page.locator("#send:visible").count(), 0, "no second call back is offered");
  assert.equal(await ana.find("#entries .entry.inbound button", "Call back").count(), 0);
  assert.deepEqual(await ana.breaches(), []);
  await ana.page.screenshot({path: "build/browser/pictures/call-back-waits.png"});
  await ana.click("#withdraw-callback");
  await ana.click("#dialog-ok");
  await ana.shows("#dialog-error", "Please fill in");
  await ana.types("#dialog-reason", "the customer wrote");
  await ana.click("#dialog-ok");
  await ana.hides("#dialog");
  await ana.shows("#entries", "Ana withdrew the call back: the customer wrote");
  await ana.shows("#entries .entry.reply .badge", "withdrawn");
  await ana.shows("#assigned", number);
  await ana.shows("#entries .entry.inbound .badge", "awaits an answer");
  await ana.shows("#send", "Call back");
});
