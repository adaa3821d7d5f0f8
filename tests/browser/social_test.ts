// Customers on social networks, before the agent's page: what is public says so, and what was sent as one is seen as one.
import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {createServer, type IncomingMessage} from "node:http";
import type {AddressInfo} from "node:net";
import {after} from "node:test";
import {eventually, type Hark} from "./support/hark.js";
import {stage} from "./support/stage.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const PHOTO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/** The networks: take what is sent, and give out one photo. */
const sent: {path: string; body: {message?: unknown; recipient?: unknown}}[] = [];
const server = createServer((request, response) => void (async () => {
  const path = request.url ?? "";
  const said = await bodyOf(request);
  if (request.method === "POST") sent.push({path, body: JSON.parse(said)});
  if (path.startsWith("/file/")) response.setHeader("Content-Type", "image/png").end(PHOTO);
  else response.end(JSON.stringify({id: `500_${sent.length}`, message_id: "m_1", ok: true, result: {file_path: "photos/1", message_id: 1, chat: {id: 31}}}));
})());
await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const story = stage({accounts: [
  {id: "support", email: {address: "support@hark.test"}},
  {id: "page", social: {network: "messenger", own_id: "11", access_token: "token", secret: SECRET, verify_token: "verify-me", base_url: url}},
  {id: "bot", social: {network: "telegram", access_token: "1:token", secret: SECRET, base_url: url}},
]});

async function webhook(hark: Hark, account: string, body: object): Promise<void> {
  const raw = JSON.stringify(body);
  const headers = {
    "Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET,
    "X-Hub-Signature-256": `sha256=${createHmac("sha256", SECRET).update(raw).digest("hex")}`,
  };
  assert.equal((await fetch(`${hark.url}/webhooks/${account}`, {method: "POST", headers, body: raw})).status, 200);
}

const comment = (hark: Hark, user: string, id: string, message: string) => webhook(hark, "page", {object: "page", entry: [{id: "11", time: 1, changes: [{
  field: "feed", value: {item: "comment", verb: "add", post_id: "11_500", parent_id: "11_500", comment_id: id, from: {id: user, name: "Ana"},
    created_time: Math.floor(Date.now() / 1000), message},
}]}]});

const photo = (hark: Hark, user: number, id: number, more: object) => webhook(hark, "bot", {update_id: id, message: {
  message_id: id, from: {id: user, first_name: "Marta"}, chat: {id: user, type: "private"}, date: Math.floor(Date.now() / 1000),
  media_group_id: `album-${user}`, photo: [{file_id: `f${id}`, width: 1, height: 1}], ...more,
}});

story("the answer to a comment says that everybody will read it", async ({agent, hark}) => {
  const ana = await agent("ana");
  await comment(hark, "21", "500_7", "Do you ship to Riga 4711?");
  await ana.accepts("4711");
  await ana.shows(".entry.inbound .badge.public", "Public");
  await ana.shows("#public-answer", "everybody");
  await ana.shows("#send", "Answer in public");
  await ana.answers("Yes, we do.");
  const answer = await eventually("the answer", () => sent.find(({path}) => path.endsWith("/500_7/comments")));
  assert.deepEqual(answer.body, {message: "Yes, we do."});
  await ana.shows(".entry.reply .badge.public", "Public");
});

story("an answer that is meant for one person stays so over a reload", async ({agent, hark}) => {
  const ana = await agent("ana");
  await comment(hark, "22", "500_8", "Where is my order 4712?");
  await ana.accepts("4712");
  await ana.click("#answer-privately");
  await ana.shows("#destination", "writer alone");
  await ana.writes("It is with the courier.");
  await ana.page.reload();
  await ana.shows("#destination", "writer alone");
  await ana.holds("#words", "It is with the courier.");
  await ana.click("#send");
  const answer = await eventually("the answer", () => sent.find(({path}) => path.endsWith("/11/messages")));
  assert.deepEqual(answer.body.recipient, {comment_id: "500_8"});
  await ana.shows(".entry.reply", "It is with the courier.");
  assert.equal(await ana.page.locator(".entry.reply .badge.public").count(), 0);
});

story("photos that were sent together are seen as one message", async ({agent, hark}) => {
  const ana = await agent("ana");
  await photo(hark, 31, 1, {caption: "It came broken 4713"});
  await photo(hark, 31, 2, {});
  await photo(hark, 31, 3, {});
  await ana.accepts("4713");
  await eventually("the pieces are joined", async () => await ana.page.locator(".entry.goes-on").count() === 2);
  assert.equal(await ana.page.locator(".entry.inbound header").count(), 1);
  assert.equal(await ana.page.locator(".entry.inbound footer").count(), 1);
  await ana.answers("We send a new one.");
  await eventually("all of it is answered", async () => {
    const [first] = await hark.entriesThatSay("It came broken 4713");
    const entries = await hark.timeline(first?.conversationId ?? "");
    return entries.filter(({kind, obligation}) => kind === "ENTRY_KIND_INBOUND" && obligation === "OBLIGATION_STATE_ANSWERED").length === 3;
  });
});
