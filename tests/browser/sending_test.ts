// What an agent sends besides words, and until when: files, the network's deadline, templates.
import assert from "node:assert/strict";
import {after} from "node:test";
import {desktop, phone as small} from "./support/screen.js";
import {stage} from "./support/stage.js";
import {WhatsApp} from "./support/whatsapp.js";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const TEMPLATES = [
  {name: "order_ready", language: "en", text: "Dear {{1}}, your order {{2}} is ready. See you soon!"},
  {name: "visit", language: "en", text: "Dear {{customer}}, shall we come on {{day}}?"},
];

const whatsapp = await WhatsApp.started();
after(() => whatsapp.end());
const story = stage({accounts: [whatsapp.account(TEMPLATES)]});

story("a file that the network takes goes out with the answer, and another is refused before it travels", async ({agent, hark}) => {
  const ana = await agent("ana");
  await whatsapp.writes(hark, "37120000001", "Zane", "Could you send me the drawing?");
  await ana.accepts("Could you send me");
  await ana.shows("#window", "Answers are taken until");
  await ana.shows("#window", "23 h 59 min left");
  const chooser = ana.page.locator("#composer input[type=file]");
  await chooser.setInputFiles({name: "setup.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ")});
  await ana.shows("#composer-error", "setup.exe cannot be sent: WhatsApp takes");
  assert.equal(await ana.page.locator("#composer .files li").count(), 0);
  await chooser.setInputFiles({name: "drawing.png", mimeType: "image/png", buffer: PNG});
  await ana.shows("#composer .files", "drawing.png");
  await ana.hides("#composer-error");
  await ana.writes("Here it is.");
  await ana.click("#send");
  await ana.shows("#entries .reply .files", "drawing.png");
  await ana.shows("#entries .reply", "sent");
  const [picture, words] = await whatsapp.to("37120000001", 2);
  assert.deepEqual(whatsapp.media.get((picture!["image"] as {id: string}).id), {type: "image/png", bytes: PNG});
  assert.equal(words?.text?.body, "Here it is.");
  await chooser.setInputFiles({name: "again.png", mimeType: "image/png", buffer: PNG});
  await ana.shows("#composer .files", "again.png");
  await ana.click("#send");  // without words
  await whatsapp.to("37120000001", 3);
  assert.deepEqual(whatsapp.refused, []);
});

for (const [where, view] of Object.entries({"at a desk": desktop, "on a phone": small})) {
  story(`after the deadline a template takes the place of the words ${where}`, async ({agent, hark}) => {
    const ana = await agent("ana", {view});
    const number = where === "at a desk" ? "37120000002" : "37120000003";
    await whatsapp.writes(hark, number, "Ivo", `Is order 77 ready, ${where}?`, 25);
    await ana.accepts(`ready, ${where}`);
    await ana.shows("#window", "only templates");
    await ana.hides("#words");
    await ana.page.locator("#template-name").selectOption({label: "order_ready · en"});
    await ana.shows("#template blockquote", "Dear {{1}}, your order {{2}} is ready.");
    await ana.types("#template-1", "Ivo");
    await ana.click("#send");
    await ana.shows("#composer-error", "{{2}}");
    await ana.types("#template-2", "77");
    await ana.shows("#template blockquote", "Dear Ivo, your order 77 is ready. See you soon!");
    await ana.click("#send");
    await ana.shows("#entries .reply", "Dear Ivo, your order 77 is ready.");
    await ana.shows("#entries .reply", "template order_ready");
    const [sent] = await whatsapp.to(number, 1);
    assert.deepEqual(sent?.template?.components?.[0]?.parameters.map(({text}) => text), ["Ivo", "77"]);
  });
}

story("the last hour stands out, and the customer's next message opens the window anew", async ({agent, hark}) => {
  const ana = await agent("ana");
  await whatsapp.writes(hark, "37120000004", "Olga", "Nearly a day ago", 23.5);
  await ana.accepts("Nearly a day ago");
  await ana.shows("#window.soon", /(29|30) min left/);
  await ana.click("#composer button", "Template");
  await ana.page.locator("#template-name").selectOption({label: "visit · en"});
  await ana.types("#template-customer", "Olga");
  await ana.click("#template button", "Write instead");
  await ana.shows("#words");
  await whatsapp.writes(hark, "37120000004", "Olga", "And once more");
  await ana.shows("#window", "23 h 59 min left");
});

story("an agent writes first by a template, and the customer's answer comes back to them", async ({agent, hark}) => {
  const ana = await agent("ana");
  await ana.leavesField();
  await ana.presses("Control+k");
  await ana.shows("#palette");
  await ana.page.keyboard.type("whatsapp order_ready");
  await ana.page.waitForFunction(() => document.querySelectorAll("#palette li").length === 1);
  await ana.presses("Enter");
  await ana.shows("#dialog", "Dear {{1}}, your order {{2}} is ready.");
  await ana.types("#dialog-to", "+371 2000 0005");
  await ana.types("#dialog-name", "Zane");
  await ana.types("#dialog-field-1", "Zane");
  await ana.types("#dialog-field-2", "81");
  await ana.click("#dialog button", "Send");
  await ana.shows("#entries .reply", "Dear Zane, your order 81 is ready. See you soon!");
  await ana.shows("#entries .reply", "sent");
  const [sent] = await whatsapp.to("37120000005", 1);
  assert.deepEqual(sent?.template?.components?.[0]?.parameters.map(({text}) => text), ["Zane", "81"]);
  await whatsapp.writes(hark, "37120000005", "Zane", "Until when?");
  await ana.accepts("Until when?");
  await ana.shows("#entries", "your order 81 is ready");
});
