// The script that a site embeds, and that the page /chat is made of:
//
//   <script src="https://hark.example.com/chat/chat.js" data-account="site" data-language="lv" async></script>
//
// A signed-in user's identity is given by the site: window.harkChatIdentity = async () => ({externalId, email, phone, name,
// expiresAtMs, signature}), or null for a stranger. If it rejects, the chat waits and asks again. A site whose users sign in and out
// without a new page says so: window.harkChat?.identityChanged().
import type {SignedIdentity} from "hark/v1";
import {drawing, drawings, el} from "./dom";
import {Memory} from "./memory";
import {Panel} from "./panel";
import {style} from "./style";
import {Talk, type Socket} from "./talk";
import {chooseLanguage, fill, wordsOf} from "./words";

declare global {
  interface Window {
    harkChatIdentity?: () => Promise<SignedIdentity | null>;
    harkChat?: {identityChanged(): void};
  }
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function start(script: HTMLScriptElement): void {
  const server = new URL(script.src).origin;
  const whole = script.dataset["whole"] !== undefined;
  const account = new URLSearchParams(whole ? location.search : "").get("account") || script.dataset["account"] || "site";
  const wished = [script.dataset["language"] ?? "", whole ? "" : document.documentElement.lang, ...navigator.languages];
  const language = chooseLanguage(wished.filter((tag) => tag !== ""));
  if (whole) document.documentElement.lang = language;
  const words = wordsOf(language);
  const memory = new Memory(window, account);
  const host = el("div", {lang: language});
  host.id = "hark-chat";
  const root = host.attachShadow({mode: "open"});
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];

  let opened = whole;
  const talk = new Talk({account, memory, changed: () => show(), ports: {
    open: () => new WebSocket(`${server.replace(/^http/, "ws")}/ws/chat`) as Socket,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    newId,
    identity: async () => (await window.harkChatIdentity?.()) ?? null,
  }});
  const panel = new Panel({server, language, words, memory, talk, whole, close: () => open(false)});
  const badge = el("span", {class: "badge", hidden: true});
  const launcher = el("button", {class: "launcher", type: "button", "aria-expanded": "false", onclick: () => open(!opened)}, drawing(drawings.chat), badge);

  const goOn = () => void (opened ? talk.connect() : talk.goOn());

  function open(yes: boolean): void {
    opened = yes;
    show();
    if (opened) {
      void talk.connect();
      panel.focus();
    } else {
      launcher.focus();
    }
  }

  function show(): void {
    panel.element.hidden = !opened;
    panel.show();
    if (opened && document.visibilityState === "visible") talk.readAll();
    launcher.hidden = whole;
    launcher.classList.toggle("opened", opened);
    launcher.setAttribute("aria-expanded", String(opened));
    const news = opened ? 0 : talk.unread;
    badge.hidden = news === 0;
    badge.textContent = String(news);
    launcher.setAttribute("aria-label", opened ? words.close : news ? `${words.open}, ${fill(words.unread, {count: String(news)})}` : words.open);
  }

  root.append(panel.element, launcher);
  document.body.append(host);
  show();
  goOn();
  if (whole) panel.focus();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    goOn();
    show();
  });
  window.addEventListener("online", goOn);
  window.harkChat = {identityChanged: () => {
    talk.identityChanged();
    goOn();
  }};
}

const script = document.currentScript as HTMLScriptElement;
if (document.body) start(script);
else document.addEventListener("DOMContentLoaded", () => start(script));
