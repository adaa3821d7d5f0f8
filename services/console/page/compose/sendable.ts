// What an answer can carry and until when it can go, as the server states both. Pure: the server checks the same again.
import type {Attachment, Conversation, Entry, FilledTemplate, MessageTemplate, SendingRules} from "hark/v1";
import type {Destination} from "./destination.js";

/** Until when the destination takes answers, by the server's clock; 0: always, as far as is known. */
export function closesAt(conversation: Conversation, entry: Entry, goes: Destination): number {
  // In public for ever; in private as long as the comment lets.
  if (entry.isPublic && !goes.switched) return goes.isPublic ? 0 : Number(entry.answerableUntilMs ?? 0);
  const window = conversation.replyWindows?.find((one) => one.accountId === goes.accountId && one.address === goes.to.address);
  return Math.max(Number(window?.closesAtMs ?? 0), goes.switched ? 0 : Number(entry.answerableUntilMs ?? 0));
}

export const rulesOf = (all: readonly SendingRules[] | undefined, accountId: string): SendingRules | undefined =>
  all?.find((one) => one.accountId === accountId);

export type FileTrouble =
  | {what: "none"; why: string}
  | {what: "count"; count: number}
  | {what: "type"; name: string; types: string}
  | {what: "size"; name: string; sizeMax: number}
  | {what: "empty"; name: string};

const fits = (wanted: string, type: string): boolean => !wanted || type === wanted || (wanted.endsWith("/") && type.startsWith(wanted));

/** "image/png" is told as "png", "image/" as "image". */
const typeText = (type: string): string => (type.endsWith("/") ? type.slice(0, -1) : (type.split(/[/.]/).at(-1) ?? type));

/** Why the account does not take one of these; undefined: it takes them all. */
export function fileTrouble(rules: SendingRules | undefined, files: readonly Attachment[]): FileTrouble | undefined {
  if (!rules || !files.length) return undefined;
  const count = rules.filesMax ?? 0;
  if (!count) return {what: "none", why: rules.noFilesReason ?? ""};
  if (files.length > count) return {what: "count", count};
  for (const file of files) {
    const name = file.fileName ?? "";
    const ofType = (rules.files ?? []).filter((rule) => fits(rule.contentType ?? "", file.contentType ?? ""));
    if (!ofType.length) return {what: "type", name, types: [...new Set((rules.files ?? []).map((rule) => typeText(rule.contentType ?? "")))].join(", ")};
    const sizeMax = Math.max(...ofType.map((rule) => Number(rule.sizeMax ?? 0)));
    const size = Number(file.blob?.sizeBytes ?? 0);
    if (size > sizeMax) return {what: "size", name, sizeMax};
    if (!size) return {what: "empty", name};
  }
  return undefined;
}

const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** Each once: numbers in their order, names as they appear. */
export function placeholdersOf(text: string): string[] {
  const found = [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1]!))];
  return found.every((name) => /^\d+$/.test(name)) ? found.sort((a, b) => Number(a) - Number(b)) : found;
}

export const isTemplate = (one: MessageTemplate, filled: FilledTemplate | undefined): boolean =>
  one.name === filled?.name && one.language === filled?.language;

export const valueOf = (filled: FilledTemplate | undefined, name: string): string =>
  filled?.fields?.find((field) => field.name === name)?.value ?? "";

/** The template with one of its placeholders filled in. */
export function withValue(template: MessageTemplate, filled: FilledTemplate, name: string, value: string): FilledTemplate {
  const fields = placeholdersOf(template.text ?? "").map((one) => ({name: one, value: one === name ? value : valueOf(filled, one)}));
  return {name: filled.name ?? "", language: filled.language ?? "", fields};
}

/** The first placeholder that has no value yet. */
export const missing = (template: MessageTemplate, filled: FilledTemplate): string | undefined =>
  placeholdersOf(template.text ?? "").find((name) => !valueOf(filled, name).trim());

/** What the customer will read, in parts: words, and what was filled in (or is still a placeholder). */
export function partsOf(template: MessageTemplate, filled: FilledTemplate): {text: string; field: boolean}[] {
  return (template.text ?? "").split(PLACEHOLDER).map((part, i) =>
    (i % 2 ? {text: valueOf(filled, part).trim() || `{{${part}}}`, field: true} : {text: part, field: false})).filter((part) => part.text);
}
