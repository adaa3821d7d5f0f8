// Words kept for reuse, with the customer's and the agent's put in.
import type {ConsoleResponse_CannedReply} from "hark/v1";

export interface CannedValues {
  customer_name: string;
  agent_name: string;
  subject: string;
  account_name: string;
}

/** A placeholder without a value stays as it is, so that the agent sees it before the customer does. */
export const fillIn = (text: string, values: CannedValues): string =>
  text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name as keyof CannedValues] || whole);

/** A text with a placeholder left must not go out. */
export const unfilled = (text: string): string | undefined => /\{\{\s*\w+\s*\}\}/.exec(text)?.[0];

/** Those of the language first, then those for any, then the others; each in the order in which they were set up. */
export function inOrderFor(language: string, replies: readonly ConsoleResponse_CannedReply[]): ConsoleResponse_CannedReply[] {
  const rank = (reply: ConsoleResponse_CannedReply) => (reply.language === language ? 0 : reply.language ? 2 : 1);
  return [...replies].sort((a, b) => rank(a) - rank(b));
}
