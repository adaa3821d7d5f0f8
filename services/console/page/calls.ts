// What who is on the phone can do with the call.
import type {ControlCallRequest_Action, Conversation} from "hark/v1";
import {newKey} from "./link.js";
import {link} from "./session.js";
import {askedName, canBePassedOn, type LiveCall, myCall} from "./store/live_call.js";
import type {State} from "./store/state.js";
import {colleagueChoices, transferTo} from "./tickets.js";
import {ask} from "./views/ask.js";
import {t} from "./words/words.js";

const wish = (live: LiveCall, action: ControlCallRequest_Action, more: {agentId?: string; number?: string} = {}): Promise<unknown> =>
  link.request({controlCall: {entryId: live.entry.id ?? "", action, ...more}});

export const hold = (live: LiveCall): Promise<unknown> => wish(live, live.call.state === "CALL_STATE_HELD" ? "ACTION_UNHOLD" : "ACTION_HOLD");
export const hangUp = (live: LiveCall): Promise<unknown> => wish(live, "ACTION_HANG_UP");
export const handOver = (live: LiveCall): Promise<unknown> => wish(live, "ACTION_HAND_OVER");
export const takeBack = (live: LiveCall): Promise<unknown> => wish(live, "ACTION_TAKE_BACK");

/** A colleague's phone rings, or that of somebody outside; the customer stays on the line. */
export function consult(live: LiveCall): void {
  const [, ...colleagues] = colleagueChoices();
  ask({
    title: t("callAskTitle"), ok: t("callAsk"), lead: t("callAskLead"),
    fields: [
      {name: "agent", label: t("callColleague"), choices: [{value: "", label: t("callNobody")}, ...colleagues], value: colleagues[0]?.value ?? ""},
      {name: "number", label: t("callOrNumber"), hint: t("callNumberHint")},
    ],
    act: ({agent, number}) => wish(live, "ACTION_CONSULT", number ? {number} : {agentId: agent ?? ""}),
  });
}

/** Without asking: to a colleague or whoever fits, who gets the ticket as well, or to a number outside. */
export function passOn(live: LiveCall): void {
  const conversation: Conversation = live.thread.conversation;
  const key = newKey();
  ask({
    title: t("callPassOnTitle"), ok: t("callPassOn"), lead: t("callPassOnLead"),
    fields: [
      {name: "agent", label: t("toWhom"), choices: colleagueChoices()},
      {name: "skills", label: t("skillsOptional"), hint: t("skillsExample"), many: true},
      {name: "number", label: t("callOrNumber"), hint: t("callNumberHint")},
      {name: "reason", label: t("why"), hint: t("onTheRecord"), list: [t("transferSkill"), t("transferAsked")]},
    ],
    act: ({agent, skills, number, reason}) => number
      ? wish(live, "ACTION_PASS_ON", {number})
      : transferTo(conversation, key, {agent: agent ?? "", skills: skills ?? "", reason: reason || t("callPassedOn")}),
  });
}

/** Of the call that this agent is on, for the palette and its keys. */
export function callCommands(state: State): {title: string; key?: string; run(): void}[] {
  const live = myCall(state);
  if (!live) return [];
  const told = (done: Promise<unknown>) => void done.catch(callRefused);
  const {consult: asked} = live.call;
  return [
    ...(asked ? [] : [{title: t(live.call.state === "CALL_STATE_HELD" ? "callResume" : "callHold"), key: "h", run: () => told(hold(live))}]),
    ...(canBePassedOn(live) && !asked ? [
      {title: t("callAskTitle"), key: "c", run: () => consult(live)},
      {title: t("callPassOnTitle"), run: () => passOn(live)},
    ] : []),
    ...(asked ? [
      ...(asked.passingOn ? [] : [{title: t("callHandOver", {who: askedName(state, live.call)}), run: () => told(handOver(live))}]),
      {title: t("callTakeBack"), run: () => told(takeBack(live))},
    ] : [{title: t("callHangUp"), run: () => told(hangUp(live))}]),
  ];
}

let onRefusal: (error: unknown) => void = () => {};
/** The card shows why something that was wished of the call was not done. */
export const callRefused = (error: unknown): void => onRefusal(error);
export const watchRefusals = (show: (error: unknown) => void): void => { onRefusal = show; };
