import assert from "node:assert/strict";
import {test} from "node:test";
import {bestLanguage, dictionaries, type Language, type Phrase, rich, t, useLanguage, type WordKey} from "./words.js";

const languages = Object.keys(dictionaries) as Language[];
const keys = Object.keys(dictionaries.en) as WordKey[];
const forms = (phrase: Phrase): string[] => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

test("every language says everything, and nothing else", () => {
  for (const language of languages) assert.deepEqual(Object.keys(dictionaries[language]).sort(), [...keys].sort(), language);
});

test("no phrase is empty, and each has the same places to fill in as in English", () => {
  for (const language of languages) {
    for (const key of keys) {
      const wanted = places(forms(dictionaries.en[key]).at(-1)!);
      for (const text of forms(dictionaries[language][key])) {
        assert.ok(text.trim(), `${language}.${key} is empty`);
        // A form for one may leave the number out; nothing else may be lost or added.
        const strange = places(text).filter((place) => !wanted.includes(place));
        const lost = wanted.filter((place) => place !== "count" && !places(text).includes(place));
        assert.deepEqual([strange, lost], [[], []], `${language}.${key}: ${text}`);
      }
    }
  }
});

test("what is counted has the plural forms of its language", () => {
  for (const language of languages) {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const key of keys) {
      const phrase: Phrase = dictionaries[language][key];
      assert.equal(typeof phrase, typeof dictionaries.en[key], `${language}.${key} counts where English does`);
      if (typeof phrase !== "string") assert.deepEqual(Object.keys(phrase).sort(), [...needed].sort(), `${language}.${key}`);
    }
  }
});

test("the number chooses the form", () => {
  useLanguage("ru");
  assert.deepEqual([1, 3, 5, 21].map((count) => t("days", {count})), ["1 день", "3 дня", "5 дней", "21 день"]);
  useLanguage("lv");
  assert.deepEqual([0, 1, 2, 21].map((count) => t("days", {count})), ["0 dienu", "1 diena", "2 dienas", "21 diena"]);
  useLanguage("en");
  assert.equal(t("days", {count: 1}), "1 day");
});

test("places take anything, and the words around them stay", () => {
  useLanguage("en");
  assert.deepEqual(rich("cameTo", {accounts: 7}), ["to ", 7]);
  assert.equal(t("offers"), "Offers");
});

test("a browser's languages are tried in their order", () => {
  assert.equal(bestLanguage(["de-DE", "lv-LV", "ru"]), "lv");
  assert.equal(bestLanguage(["de"]), "en");
});
