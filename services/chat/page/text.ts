// Text that somebody wrote, as nodes: nothing in it is ever markup.

export interface Piece {
  text: string;
  href?: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"']+/g;
// What follows a link in a sentence rather than ends it.
const TRAILING = /[.,;:!?)\]}»”]+$/;

/** Cuts text into links (http and https alone) and what is between them. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, "");
    if (!URL.canParse?.(address) && !parses(address)) continue;
    if (match.index > at) out.push({text: text.slice(at, match.index)});
    out.push({text: address, href: address});
    at = match.index + address.length;
  }
  if (at < text.length) out.push({text: text.slice(at)});
  return out;
}

function parses(address: string): boolean {
  try {
    return Boolean(new URL(address));
  } catch {
    return false;
  }
}

/** "12 kB", in the visitor's language. */
export function size(bytes: number, language: string): string {
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, "megabyte"] : bytes >= 1e3 ? [bytes / 1e3, "kilobyte"] : [bytes, "byte"];
  return new Intl.NumberFormat(language, {style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0}).format(value);
}
