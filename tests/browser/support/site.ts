// A site of another origin, which embeds the chat. Its pages are set by the stories.
import {createHmac} from "node:crypto";
import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import type {SignedIdentity} from "hark/v1";

const SECRET = "the secret of the test shop";

/** Somebody whom the site knows. */
export interface User {
  externalId: string;
  email: string;
  name: string;
}

/** Who the site says its user is, signed as services/chat/README.md wants it. */
export function signed(who: User): SignedIdentity {
  const expiresAtMs = String(Date.now() + 3_600_000);
  const words = ["hark-chat-identity-v1", "site", who.externalId, who.email, "", who.name, expiresAtMs].join("\n");
  return {...who, expiresAtMs, signature: createHmac("sha256", SECRET).update(words).digest("hex")};
}

export class Site {
  /** HTML by path. */
  readonly pages = new Map<string, string>();
  readonly #server: Server = createServer((request, response) => {
    const page = this.pages.get(request.url ?? "");
    response.writeHead(page === undefined ? 404 : 200, {"Content-Type": "text/html; charset=utf-8"}).end(page ?? "");
  });

  private constructor() {}

  static async started(): Promise<Site> {
    const site = new Site();
    await new Promise<void>((listening) => site.#server.listen(0, "127.0.0.1", listening));
    return site;
  }

  get port(): number { return (this.#server.address() as AddressInfo).port; }
  get origin(): string { return `http://127.0.0.1:${this.port}`; }

  /** Of Hark's configuration: the site's chat, and a mailbox. */
  get accounts(): object[] {
    return [
      {id: "support", name: "Support", email: {address: "support@hark.test"}},
      {id: "site", name: "Tējas veikals", chat: {origins: [this.origin], identity_secret: SECRET}},
    ];
  }

  /** The address of a page of the shop for this user, whom it vouches for in its chat. */
  shop(hark: string, user: User): string {
    const path = `/shop/${user.externalId}`;
    this.pages.set(path, `<!doctype html><html lang="lv"><head><meta name="viewport" content="width=device-width"><title>Veikals</title></head>
      <body><h1>Veikals</h1><p>Tēja un krūzes.</p><script>window.harkChatIdentity = async () => (${JSON.stringify(signed(user))});</script>
      <script src="${hark}/chat/chat.js" data-account="site" async></script></body></html>`);
    return this.origin + path;
  }

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
