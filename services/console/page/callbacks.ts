// Calls back that wait: said where they stand, and withdrawn by hand.
import type {Conversation, WaitingCallback} from "hark/v1";
import {timeText} from "./format.js";
import {newKey} from "./link.js";
import {link} from "./session.js";
import {serverNow, type State} from "./store/state.js";
import {ask} from "./views/ask.js";
import {t} from "./words/words.js";

/** "Will be called back at 08:00: quiet hours in Latvia", or that it is about to be. */
export function callbackText(state: State, {notBeforeMs, detail}: WaitingCallback): string {
  const later = Number(notBeforeMs ?? 0) > serverNow(state);
  return later ? t("callBackAt", {time: timeText(notBeforeMs, serverNow(state)), why: detail ?? ""}) : detail || t("callBackSoon");
}

/** Nobody is called; what it was to answer waits for an answer again. */
export function withdrawCallback({ticket}: Conversation, entryId: string): void {
  const idempotencyKey = newKey();
  ask({
    title: t("withdrawTitle"), ok: t("withdrawOk"), lead: t("withdrawLead"),
    fields: [{name: "reason", label: t("why"), required: true, hint: t("onTheRecord"), list: [t("withdrawWrote"), t("withdrawAsked"), t("withdrawMistake")]}],
    act: ({reason}) => link.command("withdrawCallback", {
      idempotencyKey, entryId, reason: reason ?? "",
      assignmentToken: ticket?.state === "TICKET_STATE_ASSIGNED" ? (ticket.assignmentToken ?? "0") : "0",
    }),
  });
}
