// The console's page: an agent's day, by clicks and keys.
import assert from "node:assert/strict";
import {stage} from "./support/stage.js";

const story = stage();

story("a wrong password is told in words and nothing is shown", async ({console}) => {
  const nobody = await console();
  await nobody.signsIn("ana", "wrong");
  await nobody.shows("#sign-in-error", "password");
  assert.equal(await nobody.page.locator("#console").count(), 0);
});

story("an agent takes a mail and answers it in its thread", async ({agent, customer, hark}) => {
  const ana = await agent("ana");
  const zane = customer("Zane");
  const question = await zane.writes({subject: "Where is parcel 77", text: "I wait since Monday.\n"});
  await ana.accepts("parcel 77");
  await ana.shows("#entries", "I wait since Monday.");
  await ana.shows("#destination", zane.address);
  await ana.answers("It comes tomorrow.");
  const answer = await zane.answer();
  assert.match(answer.text ?? "", /It comes tomorrow\./);
  assert.equal(answer.inReplyTo, question);
  await ana.click("#resolve");
  await ana.click("#dialog-ok");
  await hark.settled(zane.address);
  await ana.hides("#dialog");
});

story("a second mail of the customer shows up by itself", async ({agent, customer}) => {
  const ana = await agent("ana");
  const twice = customer("Twice");
  await twice.writes({subject: "First 4711", text: "first words\n"});
  await ana.accepts("4711");
  await ana.shows("#entries", "first words");
  await twice.writes({subject: "Second", text: "second words\n"});
  await ana.shows("#entries", "second words");
});
