// Customers who write mails, handed in over LMTP by nodemailer; and the mail server that takes what Hark sends them.
import {randomUUID} from "node:crypto";
import type {AddressInfo} from "node:net";
import {createTransport, type SendMailOptions} from "nodemailer";
import PostalMime, {type Email} from "postal-mime";
import {SMTPServer} from "smtp-server";
import {eventually, type Hark} from "./hark.js";

/** Keeps what it gets, by recipient. */
export class MailServer {
  readonly #mails: {to: string[]; mail: Email}[] = [];
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
            this.#mails.push({to: session.envelope.rcptTo.map(({address}) => address), mail});
            done();
          }, done);
        });
      },
    });
  }

  static async started(): Promise<MailServer> {
    const server = new MailServer();
    await new Promise<void>((listening) => server.#server.listen(0, "127.0.0.1", listening));
    return server;
  }

  get port(): number { return (this.#server.server.address() as AddressInfo).port; }

  to(address: string): Email[] {
    return this.#mails.filter(({to}) => to.includes(address)).map(({mail}) => mail);
  }

  end(): Promise<void> {
    return new Promise((closed) => this.#server.close(closed));
  }
}

/** Someone with an address that nobody else has. */
export class MailCustomer {
  readonly address: string;

  constructor(readonly name: string, private readonly hark: Hark, private readonly server: MailServer) {
    this.address = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}@example.com`;
  }

  /** Writes to the support mailbox; the mail's Message-ID. */
  async writes(mail: SendMailOptions & {subject: string}): Promise<string> {
    const lmtp = createTransport({lmtp: true, host: "127.0.0.1", port: this.hark.lmtpPort, secure: false, ignoreTLS: true});
    const sent = await lmtp.sendMail({from: {name: this.name, address: this.address}, to: "support@hark.test", ...mail});
    return sent.messageId;
  }

  /** The mails that came to this customer, once there are so many. */
  received(count: number): Promise<Email[]> {
    return eventually(`${count} mails to ${this.address}`, () => {
      const mails = this.server.to(this.address);
      return mails.length >= count && mails;
    }, 20) as Promise<Email[]>;
  }

  /** The only mail that came. */
  async answer(): Promise<Email> {
    const [mail, ...more] = await this.received(1);
    if (!mail || more.length) throw new Error(`${more.length + 1} mails came to ${this.address}`);
    return mail;
  }
}
