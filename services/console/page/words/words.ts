// Says things in the agent's language.
import {en} from "./en.js";
import {lv} from "./lv.js";
import {pl} from "./pl.js";
import {ru} from "./ru.js";

export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type WordKey = keyof typeof en;
export type Dictionary = Record<WordKey, Phrase>;
export type Values = Record<string, string | number>;

export const dictionaries = {en, lv, pl, ru} satisfies Record<string, Dictionary>;
export type Language = keyof typeof dictionaries;
export const languageNames: Record<Language, string> = {en: "English", lv: "Latviešu", pl: "Polski", ru: "Русский"};
export const isLanguage = (name: string): name is Language => name in dictionaries;

let current: Language = "en";
let plural = new Intl.PluralRules(current);

export const language = (): Language => current;
export function useLanguage(next: Language): void {
  current = next;
  plural = new Intl.PluralRules(next);
}

/** The first of the person's languages that there is. */
export const bestLanguage = (wanted: readonly string[]): Language =>
  wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "").find(isLanguage) ?? "en";

function phraseOf(key: WordKey, values: Values): string {
  const phrase: Phrase = dictionaries[current][key];
  if (typeof phrase === "string") return phrase;
  return phrase[plural.select(Number(values.count ?? 0))] ?? phrase.other ?? "";
}

/** t("unanswered", {count: 3}) */
export const t = (key: WordKey, values: Values = {}): string =>
  phraseOf(key, values).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** As t(), with anything in the places: what it returns is put side by side. */
export function rich<Part>(key: WordKey, values: Record<string, Part>): (string | Part)[] {
  return phraseOf(key, {}).split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? (values[piece] ?? piece) : piece)).filter((piece) => piece !== "");
}
