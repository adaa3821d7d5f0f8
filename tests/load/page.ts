// What tests/load/run measures of the console's page, in headless Chromium. Prints one JSON object.
//
//   page.mjs arrive URL LMTP_PORT LOGIN PASSWORD SECONDS   size of the script, first paints, an entry from its frame to the screen
//   page.mjs scroll URL LOGIN PASSWORD CONVERSATION        frames while a long conversation is scrolled through
//
// "On the screen" is the first task after the frame in which the page was painted with it.
import type {ConsoleResponse} from "hark/v1";
import {get} from "node:http";
import {createTransport} from "nodemailer";
import {type Browser, chromium, type Page} from "playwright-core";
import {Desk} from "../browser/support/desk.js";

type Figures = Record<string, number | string>;

declare global {
  interface Window {
    /** What watchPage saw. */
    seen: {arrivals: {ms: number; frames: number}[]; usefulMs: number};
  }
}

const median = (values: number[]): number => quantile(values, 0.5);
function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** As it comes over the wire to a browser. */
const sizeOf = (url: string) => new Promise<number>((answer, fail) => {
  get(url, {headers: {"Accept-Encoding": "gzip"}}, (response) => {
    let bytes = 0;
    response.on("data", (chunk: Buffer) => { bytes += chunk.length; });
    response.on("end", () => answer(bytes));
  }).on("error", fail);
});

/**
 * Runs in the page before its own scripts. Of every frame from the server that brings a new entry: when it came, when the
 * entry was on the screen, and how many frames that took. And when the page first showed the work of whoever is signed in.
 */
function watchPage(): void {
  const seen: Window["seen"] = window.seen = {arrivals: [], usefulMs: 0};
  const painted = (then: () => void): void => void requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  const watch = (words: string, came: number, frames: number): void => painted(() => {
    const ms = performance.now() - came;
    if (document.querySelector("#entries")?.textContent?.includes(words)) seen.arrivals.push({ms, frames});
    else if (frames < 600) watch(words, came, frames + 1);
  });
  window.WebSocket = class extends WebSocket {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      this.addEventListener("message", ({data}) => {
        const came = performance.now();
        const {conversation} = JSON.parse(String(data)) as ConsoleResponse;
        for (const {content} of conversation?.entries ?? []) if (content?.text) watch(content.text.trim(), came, 1);
      });
    }
  };
  const useful = new MutationObserver(() => {
    if (!document.querySelector("#assigned li, #entries li")) return;
    useful.disconnect();
    painted(() => { seen.usefulMs = performance.now(); });
  });
  document.addEventListener("DOMContentLoaded", () => useful.observe(document.body, {childList: true, subtree: true}));
}

async function open(browser: Browser, url: string, watch?: () => void): Promise<Desk> {
  const context = await browser.newContext({viewport: {width: 1400, height: 900}});
  if (watch) await context.addInitScript(watch);
  const desk = new Desk(await context.newPage());
  await desk.page.goto(url);
  return desk;
}

const firstPaint = (page: Page) => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);

/** Nothing in a cache: each in a browser profile of its own. */
async function signInPaints(browser: Browser, url: string, times: number): Promise<number[]> {
  const paints: number[] = [];
  for (let i = 0; i < times; ++i) {
    const {page} = await open(browser, url);
    await page.locator("#login").waitFor();
    paints.push(await firstPaint(page));
    await page.context().close();
  }
  return paints;
}

async function deskPaints({page}: Desk, times: number): Promise<number[]> {
  const paints: number[] = [];
  for (let i = 0; i < times; ++i) {
    await page.reload();
    await page.waitForFunction(() => window.seen.usefulMs > 0);
    paints.push(await page.evaluate(() => window.seen.usefulMs));
  }
  return paints;
}

async function arrive(browser: Browser, [url = "", lmtpPort, login = "", password = "", seconds]: string[]): Promise<Figures> {
  const signIn = await signInPaints(browser, url, 5);
  const lmtp = createTransport({lmtp: true, host: "127.0.0.1", port: Number(lmtpPort), secure: false, ignoreTLS: true});
  const write = (i: number) => lmtp.sendMail({from: "measured@example.com", to: "support@hark.test", subject: "Arrivals", text: `arrival number ${i}.\n`});
  const desk = await open(browser, url, watchPage);
  await desk.signsIn(login, password);
  await desk.isAvailable();
  await write(0);
  await desk.accepts("measured@example.com");
  await desk.shows("#entries", "arrival number 0.");
  const useful = await deskPaints(desk, 5);
  await desk.page.evaluate(() => { window.seen.arrivals = []; });
  const end = Date.now() + Number(seconds) * 1000;
  let count = 0;
  for (; Date.now() < end; ++count) {
    await write(count + 1);
    // At another moment of a frame each time.
    await new Promise((wake) => setTimeout(wake, 20 + Math.random() * 40));
  }
  await desk.page.waitForFunction((all) => window.seen.arrivals.length >= all, count);
  const arrivals = await desk.page.evaluate(() => window.seen.arrivals);
  const ms = arrivals.map((one) => one.ms);
  return {
    script_bytes: await sizeOf(`${url}/console/app.js`), sign_in_paint_ms: median(signIn), useful_paint_ms: median(useful),
    arrivals: count, next_frame_share: arrivals.filter(({frames}) => frames === 1).length / count,
    arrival_p50_ms: median(ms), arrival_p99_ms: quantile(ms, 0.99), conversation: new URL(desk.page.url()).hash.slice(1),
  };
}

/** Scrolls from the end to the beginning, until all of it was loaded. */
async function loadAll(page: Page): Promise<number> {
  await page.waitForFunction(() => {
    const box = document.querySelector("#timeline");
    if (box) box.scrollTop = 0;
    return box?.querySelector("li")?.dataset.key === "1";
  }, undefined, {timeout: 120_000});
  return page.evaluate(() => Number(document.querySelector("#entries li")?.getAttribute("aria-setsize")));
}

/** A page that does nothing but be long: what this machine can scroll at all. */
async function openBare(browser: Browser, rows: number): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1400, height: 900}});
  await page.setContent(`<div id="timeline" style="height: 600px; overflow-y: auto">${"<p>A row of a page that does nothing else.</p>".repeat(rows)}</div>`);
  return page;
}

/** From the beginning to the end, so many pixels with every frame: milliseconds from each frame to the next. */
const scrollThrough = (page: Page, pixels: number, frames: number) => page.evaluate(([step, most]) => new Promise<number[]>((done) => {
  const box = document.querySelector("#timeline")!;
  const times: number[] = [];
  let last = 0;
  box.scrollTop = 0;
  const next = (now: number) => {
    if (last) times.push(now - last);
    last = now;
    if (times.length >= most! || box.scrollTop + box.clientHeight >= box.scrollHeight - 1) return done(times);
    box.scrollTop += step!;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}), [pixels, frames] as const);

async function scroll(browser: Browser, [url = "", login = "", password = "", conversation = ""]: string[]): Promise<Figures> {
  const desk = await open(browser, url);
  await desk.signsIn(login, password);
  await desk.shows("#console");
  await desk.page.evaluate((id) => { location.hash = id; }, conversation);
  await desk.shows("#entries");
  const began = Date.now();
  const entries = await loadAll(desk.page);
  const loadedMs = Date.now() - began;
  // As a wheel does that is turned fast, then far and wide as a dragged bar does.
  const figures: Figures = {entries, loaded_ms: loadedMs};
  const bare = await openBare(browser, entries);
  for (const [how, pixels] of [["wheel", 100], ["bar", 4000]] as const) {
    for (const [what, page] of [["", desk.page], ["bare_", bare]] as const) {
      await page.bringToFront();
      const times = await scrollThrough(page, pixels, 600);
      Object.assign(figures, {[`${what}${how}_p50_ms`]: median(times), [`${what}${how}_p99_ms`]: quantile(times, 0.99), [`${what}${how}_frames`]: times.length});
    }
  }
  return figures;
}

const [part, ...words] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: "/usr/bin/chromium", args: ["--disable-dev-shm-usage"]});
try {
  console.log(JSON.stringify(await (part === "arrive" ? arrive : scroll)(browser, words)));
} finally {
  await browser.close();
}
