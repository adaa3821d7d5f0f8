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
});
