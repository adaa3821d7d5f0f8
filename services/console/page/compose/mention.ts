// `@login` in a note: what is being written where the cursor is, and who is meant. Pure.
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
