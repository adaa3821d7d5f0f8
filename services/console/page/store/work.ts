// What an agent holds, by what it asks of them (pure).
import type {Conversation} from "hark/v1";
import {myCall} from "./live_call.js";
import {isMine, type State, type Thread} from "./state.js";

export interface Work {
  /** Their customer is on the telephone. */
  live: Conversation[];
  due: Conversation[];
  /** We are to call them back, and will. */
  callbacks: Conversation[];
  /** The customer is the one to write next. */
  waiting: Conversation[];
  held: Conversation[];
}

/** As the left pane lists it; in each part who has waited longest comes first. */
export function workOf(state: State): Work {
  const talking = myCall(state)?.thread.conversation.id;
  const work: Work = {live: [], due: [], callbacks: [], waiting: [], held: []};
  // One that was taken over is gone at once, before the server has told the work anew.
  const mine = state.assigned.filter((one) => isMine(state, one));
  for (const one of mine.sort((a, b) => Number(a.ticket?.waitingSinceMs ?? 0) - Number(b.ticket?.waitingSinceMs ?? 0))) {
    if (one.ticket?.onTheLine || (talking && one.id === talking)) work.live.push(one);
    else if (one.ticket?.hold) work.held.push(one);
    else (one.openObligations?.length ? work.due : one.waitingCallbacks?.length ? work.callbacks : work.waiting).push(one);
  }
  return work;
}

export const workInOrder = ({live, due, callbacks, waiting, held}: Work): Conversation[] => [...live, ...due, ...callbacks, ...waiting, ...held];

/** Since when the customer waits for us; 0: they do not. Of what is owed and not loaded, the ticket knows no more than its own wait. */
export function waitsSince({conversation: {openObligations = [], ticket}, entries}: Pick<Thread, "conversation" | "entries">): number {
  if (!openObligations.length) return 0;
  const owed = entries.filter(({id = ""}) => openObligations.includes(id));
  return owed.length === openObligations.length ? Math.min(...owed.map(({acceptedAtMs}) => Number(acceptedAtMs ?? 0))) : Number(ticket?.waitingSinceMs ?? 0);
}

/** As far as this page has read it. */
export const conversationOfTicket = (state: State, ticketId: string): Conversation | undefined =>
  [...state.all.items, ...state.assigned, ...[...state.threads.values()].map(({conversation}) => conversation)].find(({ticket}) => ticket?.id === ticketId);
