// What the page knows. Values are never changed in place: whoever makes a new state makes a new object.
import type {
  Agent, AgentChoices, ConsoleResponse_Colleague, ConsoleResponse_Found_Hit, ConsoleResponse_Notice, ConsoleResponse_Overview,
  ConsoleResponse_ReplyOption, ConsoleResponse_Series, ConsoleResponse_Setup, Conversation, Entry, Offer, QuarantinedInput,
  QueuedTicket, Ticket,
} from "hark/v1";
import type {LinkState} from "../link.js";
import {isLive} from "./live_call.js";

/** One conversation as far as it is loaded. */
export interface Thread {
  conversation: Conversation;
  /** In order of sequence. */
  entries: readonly Entry[];
  /** The server tells its changes. */
  opened: boolean;
  loadingEarlier: boolean;
  replyOptions: readonly ConsoleResponse_ReplyOption[];
  /** Earlier tickets; null until asked for. */
  tickets: readonly Ticket[] | null;
  /** Who else is here, and whether they type: by agent id; "" is the customer. */
  attention: ReadonlyMap<string, {typing: boolean}>;
}

export interface List<Item> {
  items: readonly Item[];
  nextPage: string;
  loading: boolean;
  /** Words for the person, if it could not be read. */
  error: string;
}

export type Section = "desk" | "floor" | "quarantine";
/** Which pane a narrow screen shows. */
export type Pane = "work" | "conversation" | "customer";

export interface State {
  link: {state: LinkState; retryAtMs: number; reason: string};
  me: Agent | null;
  /** What to add to this machine's clock to have the server's. */
  serverOffsetMs: number;
  setup: ConsoleResponse_Setup;
  /** What the rules let this agent choose from. */
  choices: AgentChoices;
  /** Whichever runs out first comes first. */
  offers: readonly Offer[];
  /** Their list is before the agent's eyes. */
  offersInSight: boolean;
  assigned: readonly Conversation[];
  workKnown: boolean;
  /** Routing has told it since this sign-in. Before, it may be what the agent was when their last page closed. */
  presenceKnown: boolean;
  colleagues: ReadonlyMap<string, ConsoleResponse_Colleague>;
  threads: ReadonlyMap<string, Thread>;
  /** Conversations by when they were last looked at, longest ago first. */
  lookedAt: readonly string[];
  notices: readonly ConsoleResponse_Notice[];
  /** Customers who were part of another one, by the ids of their conversations: as they wrote; empty while it is asked for. */
  apart: ReadonlyMap<string, string>;

  section: Section;
  pane: Pane;
  selected: string;
  /** Why the selected conversation cannot be shown. */
  openError: string;
  workTab: "mine" | "all";
  query: string;
  found: List<ConsoleResponse_Found_Hit>;
  all: List<Conversation>;
  allResolved: boolean;
  quarantine: List<QuarantinedInput>;
  overview: ConsoleResponse_Overview | null;
  series: ConsoleResponse_Series | null;
  waiting: List<QueuedTicket>;
  waitingTotal: number;
  /** Which of them: of one account or skill, or all. */
  waitingOnly: {accountId?: string; skill?: string};
}

export const emptyList = <Item>(): List<Item> => ({items: [], nextPage: "", loading: false, error: ""});

export const initialState: State = {
  link: {state: "out", retryAtMs: 0, reason: ""},
  me: null,
  serverOffsetMs: 0,
  setup: {},
  choices: {},
  offers: [],
  offersInSight: false,
  assigned: [],
  workKnown: false,
  presenceKnown: false,
  colleagues: new Map(),
  threads: new Map(),
  lookedAt: [],
  notices: [],
  apart: new Map(),
  section: "desk",
  pane: "work",
  selected: "",
  openError: "",
  workTab: "mine",
  query: "",
  found: emptyList(),
  all: emptyList(),
  allResolved: false,
  quarantine: emptyList(),
  overview: null,
  series: null,
  waiting: emptyList(),
  waitingTotal: 0,
  waitingOnly: {},
};

export const newThread = (id: string): Thread => ({
  conversation: {id}, entries: [], opened: false, loadingEarlier: false, replyOptions: [], tickets: null, attention: new Map(),
});

// ---- reading it

export const serverNow = (state: State): number => Date.now() + state.serverOffsetMs;
export const sequenceOf = (entry: Entry): number => Number(entry.sequence ?? 0);
export const threadOf = (state: State, id: string): Thread | undefined => state.threads.get(id);
export const selectedThread = (state: State): Thread | undefined => state.threads.get(state.selected);
export const isInbound = (entry: Entry): boolean => entry.kind === "ENTRY_KIND_INBOUND";
export const isOwed = (entry: Entry): boolean => isInbound(entry) && entry.obligation === "OBLIGATION_STATE_OPEN";
export const isMine = (state: State, conversation: Conversation | undefined): boolean =>
  conversation?.ticket?.state === "TICKET_STATE_ASSIGNED" && conversation.ticket.agentId === state.me?.id;
export const isSupervisor = (state: State): boolean =>
  state.me?.role === "ROLE_SUPERVISOR" || state.me?.role === "ROLE_ADMINISTRATOR";
export const agentName = (state: State, id: string | undefined): string =>
  !id ? "" : state.colleagues.get(id)?.name || (id === state.me?.id && state.me.name) || id;

/** The entry that an answer would be to if the agent chose none: the latest that is owed one, else the latest of the customer's. */
export function answerable(thread: Thread): Entry | undefined {
  // Whoever is on the telephone is not to be called back.
  const talks = thread.entries.some(({call}) => call && isLive(call));
  const silent = talks ? thread.entries.filter(({channel}) => channel !== "CHANNEL_PHONE") : thread.entries;
  return silent.findLast(isOwed) ?? silent.findLast(isInbound);
}
