// `@login` or `@Name` in a note: what is being written where the cursor is, and who is meant. Pure.
import type {ConsoleResponse_Colleague} from "hark/v1";
import {matching} from "../palette_filter.js";

const SUGGESTED_MAX = 6;

/** The beginning of a mention that ends at the cursor, and where it begins. */
export function mentionAt(text: string, cursor: number): {from: number; query: string} | null {
  const found = /(?:^|[\s(])@([\p{L}\d._-]*)$/u.exec(text.slice(0, cursor));
  return found ? {from: cursor - found[1]!.length - 1, query: found[1]!} : null;
}

/** By login or name; nobody once the login is written out. */
export function suggested(query: string, colleagues: readonly ConsoleResponse_Colleague[], self: string | undefined): ConsoleResponse_Colleague[] {
  if (colleagues.some((one) => one.id === query.toLowerCase())) return [];
  return matching(query, colleagues.filter((one) => one.id !== self), (one) => `${one.id} ${one.name}`).slice(0, SUGGESTED_MAX);
}

export const withMention = (text: string, from: number, cursor: number, login: string): {text: string; cursor: number} =>
  ({text: `${text.slice(0, from)}@${login} ${text.slice(cursor).replace(/^ /, "")}`, cursor: from + login.length + 2});

export interface Mention {
  /** From the `@` to behind the name. */
  from: number;
  to: number;
  /** Whom it calls; empty: nobody, or who cannot be told. */
  id: string;
}

const sameWords = (a: string, b: string): boolean => a.localeCompare(b, undefined, {sensitivity: "base"}) === 0;
const ends = (text: string): boolean => !/^[.-]*[\p{L}\d_]/u.test(text);

/** By login or by full name as they are written, case and accents aside; a name that several have calls none of them. */
function called(rest: string, colleagues: readonly ConsoleResponse_Colleague[]): {id: string; length: number} | undefined {
  const found = colleagues.flatMap(({id = "", name = ""}) => [...new Set([id, name])].map((words) => ({id, length: words.length, words})))
    .filter(({words, length}) => words && sameWords(rest.slice(0, length), words) && ends(rest.slice(length)))
    .sort((a, b) => b.length - a.length);
  const longest = found.filter(({length}) => length === found[0]?.length);
  const byLogin = longest.find(({id, words}) => id === words);
  return byLogin ?? (longest.length > 1 ? undefined : longest[0]);
}

/** Everything in the text that looks like a mention. An `@` inside a word (a mail address) is none. */
export function mentionsIn(text: string, colleagues: readonly ConsoleResponse_Colleague[]): Mention[] {
  return [...text.matchAll(/(?<![\p{L}\d._@-])@(?=[\p{L}\d])/gu)].map(({index: from}) => {
    const rest = text.slice(from + 1);
    const who = called(rest, colleagues);
    const word = /^[\p{L}\d._-]*[\p{L}\d]/u.exec(rest)?.[0] ?? "";
    return {from, to: from + 1 + (who?.length ?? word.length), id: who?.id ?? ""};
  });
}
