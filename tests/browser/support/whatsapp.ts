// A stand-in for the WhatsApp Cloud API: takes files and messages as the real one would, and brings what customers write.
import {createHmac, randomUUID} from "node:crypto";
import {createServer, type IncomingMessage, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {eventually, type Hark} from "./hark.js";

const TOKEN = "123456:test-token";
const SECRET = "0123456789abcdef0123456789abcdef";

export interface Message {
  to: string;
  type: string;
  text?: {body: string};
  template?: {name: string; language: {code: string}; components?: {type: string; parameters: {type: string; text: string}[]}[]};
  [media: string]: unknown;
}

export class WhatsApp {
  readonly sent: Message[] = [];
  /** What was handed over: id -> type and bytes. */
  readonly media = new Map<string, {type: string; bytes: Buffer}>();
  readonly refused: string[] = [];

  private constructor(private readonly server: Server) {}

  static async started(): Promise<WhatsApp> {
    const server = createServer();
    const whatsapp = new WhatsApp(server);
    server.on("request", (request, response) => void whatsapp.#answer(request).then(({status, body}) => {
      response.writeHead(status, {"Content-Type": "application/json"}).end(JSON.stringify(body));
    }));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return whatsapp;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  get #url(): string { return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; }

  account(templates: readonly {name: string; language: string; text: string}[]): unknown {
    return {id: "whatsapp", name: "Tējas veikals", social: {
      network: "whatsapp", own_id: "number-1", access_token: TOKEN, secret: SECRET, verify_token: "verify-me", base_url: this.#url, templates,
    }};
  }

  /** A customer writes; `hoursAgo`: when the network says that they did. */
  async writes(hark: Hark, phone: string, name: string, text: string, hoursAgo = 0): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1000 - hoursAgo * 3600));
    const value = {
      messaging_product: "whatsapp", metadata: {phone_number_id: "number-1"}, contacts: [{wa_id: phone, profile: {name}}],
      messages: [{from: phone, id: `wamid.${randomUUID()}`, timestamp, type: "text", text: {body: text}}],
    };
    const body = JSON.stringify({object: "whatsapp_business_account", entry: [{id: "waba-1", changes: [{field: "messages", value}]}]});
    const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
    const answer = await fetch(`${hark.url}/webhooks/whatsapp`, {
      method: "POST", body, headers: {"Content-Type": "application/json", "X-Hub-Signature-256": signature},
    });
    if (answer.status !== 200) throw new Error(`the webhook was answered ${answer.status}`);
  }

  /** What was sent to a number, once there are so many. */
  async to(phone: string, count: number): Promise<Message[]> {
    return eventually(`${count} messages to ${phone}; refused: ${this.refused.join("; ") || "none"}`, () => {
      const all = this.sent.filter((message) => message.to === phone);
      return all.length >= count ? all : undefined;
    });
  }

  async #answer(request: IncomingMessage): Promise<{status: number; body: unknown}> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    try {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) throw new Error("Invalid OAuth access token");
      const raw = Buffer.concat(pieces);
      if (/^\/v\d+\.0\/number-1\/media$/.test(request.url ?? "")) return {status: 200, body: {id: await this.#keep(request, raw)}};
      if (!/^\/v\d+\.0\/number-1\/messages$/.test(request.url ?? "")) throw new Error("Unsupported post request");
      this.sent.push(this.#checked(JSON.parse(raw.toString()) as Message));
      return {status: 200, body: {messages: [{id: `wamid.${randomUUID()}`}]}};
    } catch (error) {
      this.refused.push(String(error));
      return {status: 400, body: {error: {code: 100, message: String(error)}}};
    }
  }

  async #keep(request: IncomingMessage, raw: Buffer): Promise<string> {
    const form = await new Response(new Uint8Array(raw), {headers: {"Content-Type": request.headers["content-type"] ?? ""}}).formData();
    const file = form.get("file");
    if (form.get("messaging_product") !== "whatsapp" || !(file instanceof Blob) || !file.size || form.get("type") !== file.type)
      throw new Error("Invalid parameter");
    const id = randomUUID();
    this.media.set(id, {type: file.type, bytes: Buffer.from(await file.arrayBuffer())});
    return id;
  }

  #checked(message: Message): Message {
    const media = message[message.type] as {id?: string} | undefined;
    const good = message.type === "text" ? Boolean(message.text?.body.trim())
      : message.type === "template" ? Boolean(message.template?.components?.every((one) => one.parameters.every(({text}) => text.trim())))
        : this.media.get(media?.id ?? "")?.type.startsWith(message.type === "document" ? "" : `${message.type}/`);
    if (!good) throw new Error(`Invalid parameter: ${message.type}`);
    return message;
  }
}
