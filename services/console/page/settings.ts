// What the person chose for this browser: appearance, language, sounds, keys.
import {bestLanguage, isLanguage, type Language, useLanguage} from "./words/words.js";

export type Theme = "system" | "light" | "dark";
export interface Settings {
  theme: Theme;
  language: Language;
  sound: boolean;
  desktopNotices: boolean;
  /** Shortcuts of a single letter can be switched off, for those who dictate or whose keys slip. */
  singleKeys: boolean;
}

const NAME = "hark.settings";
const dark = matchMedia("(prefers-color-scheme: dark)");

function read(): Settings {
  const known: Settings = {theme: "system", language: bestLanguage(navigator.languages), sound: true, desktopNotices: false, singleKeys: true};
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Settings>;
    if (kept.language && !isLanguage(kept.language)) delete kept.language;
    return {...known, ...kept};
  } catch {
    return known;
  }
}

let current = read();
export const settings = (): Readonly<Settings> => current;

export function changeSettings(part: Partial<Settings>): void {
  current = {...current, ...part};
  try {
    localStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // They hold until the page is closed.
  }
  apply();
}

export function apply(): void {
  const shown = current.theme === "system" ? (dark.matches ? "dark" : "light") : current.theme;
  document.documentElement.dataset.theme = shown;
  document.documentElement.lang = current.language;
  useLanguage(current.language);
}
dark.addEventListener("change", apply);
