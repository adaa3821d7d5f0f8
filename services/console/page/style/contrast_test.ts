import assert from "node:assert/strict";
import {test} from "node:test";
import css from "./tokens.css";

type Palette = Record<string, string>;

function paletteOf(selector: string): Palette {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0]!;
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}

const light = paletteOf(":root");
const dark = {...light, ...paletteOf(':root[data-theme="dark"]')};

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) =>
    (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** WCAG 2.2, 1.4.3. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["ground", "paper", "raised", "sunken", "accent-soft", "note"];
/** Words on what they stand on: 4.5 to 1. */
const read: [string, string][] = [
  ...["ink", "quiet", "accent"].flatMap((words) => grounds.map((ground): [string, string] => [words, ground])),
  ...["ink", "warm"].map((words): [string, string] => [words, "warm-soft"]),
  ...["ink", "bad"].map((words): [string, string] => [words, "bad-soft"]),
  ["accent-ink", "accent"], ["paper", "ink"], ["bad", "raised"], ["bad", "paper"], ["warm", "paper"], ["warm", "raised"], ["quiet", "warm-soft"],
  ...["mail", "chat", "social", "phone"].flatMap((channel) => ["paper", "raised", "accent-soft"].map((ground): [string, string] => [channel, ground])),
];
/** Edges of what one acts on: 3 to 1. */
const seen: [string, string][] = [["line-strong", "paper"], ["line-strong", "raised"], ["accent", "paper"], ["accent", "ground"], ["bad", "raised"]];

for (const [name, palette] of [["light", light], ["dark", dark]] as const) {
  test(`in ${name} colours everything that is read stands out from its ground`, () => {
    for (const [pairs, least] of [[read, 4.5], [seen, 3]] as const) {
      for (const [over, under] of pairs) {
        const ratio = contrast(palette[over]!, palette[under]!);
        assert.ok(ratio >= least, `${over} on ${under}: ${ratio.toFixed(2)} to 1, needs ${least}`);
      }
    }
  });
}

test("black on white is 21 to 1", () => assert.equal(contrast("#000000", "#ffffff").toFixed(1), "21.0"));
