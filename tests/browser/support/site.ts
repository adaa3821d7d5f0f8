// A site of another origin, which embeds the chat. Its pages are set by the stories.
import {createHmac} from "node:crypto";
import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import type {SignedIdentity} from "hark/v1";

/** Who the site says its user is, signed as services/chat/README.md wants it. */
export function signedIdentity(secret: string, account: string, who: {externalId: string; email: string; name: string}): SignedIdentity {
  const expiresAtMs = String(Date.now() + 3_600_000);
  const signed = ["hark-chat-identity-v1", account, who.externalId, who.email, "", who.name, expiresAtMs].join("\n");
  return {...who, expiresAtMs, signature: createHmac("sha256", secret).update(signed).digest("hex")};
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

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
