// Tickets that their agent leaves alone for a while, and who is to serve a customer.
import type {Conversation, HoldState} from "hark/v1";
import {refusalText, waitText} from "./format.js";
import {newKey} from "./link.js";
import {link, store} from "./session.js";
import {agentName, serverNow} from "./store/state.js";
import {say} from "./views/announcer.js";
import {ask} from "./views/ask.js";
import {t} from "./words/words.js";

const HOUR_MS = 3_600_000;

export const holdStates = (): readonly HoldState[] => store.state.choices.holdStates ?? [];
/** As people read it; the rules may have forgotten it. */
export const holdStateName = (id = ""): string => holdStates().find((state) => state.id === id)?.name || id;

/** Supervisors may do so with anybody's; the server asks who they are. */
export function putOnHold({ticket}: Conversation, bySupervisor = false): void {
  const idempotencyKey = newKey();
  ask({
    title: t("holdTitle"), ok: t("holdOk"),
    fields: [
      {name: "state", label: t("holdWhat"), choices: holdStates().map(({id = "", name, longestMinutes = 0}) =>
        ({value: id, label: `${name || id} · ${t("holdAtMost", {time: waitText(longestMinutes * 60_000)})}`}))},
      {name: "hours", label: t("holdHours"), hint: t("holdHint"), list: ["1", "4", "24", "48"]},
      {name: "reason", label: t("whyOptional")},
    ],
    act: async ({state, hours = "", reason}) => {
      const time = Number(hours.replace(",", "."));
      if (hours.trim() && !(time > 0)) throw new Error(t("holdHoursWrong", {hours}));
      const longest = holdStates().find(({id}) => id === state)?.longestMinutes ?? 0;
      if (longest && time * 60 > longest) throw new Error(t("holdTooLong", {what: holdStateName(state), time: waitText(longest * 60_000)}));
      const untilMs = time > 0 ? String(Math.round(serverNow(store.state) + time * HOUR_MS)) : "0";
      return link.command("putOnHold", {
        idempotencyKey, ticketId: ticket?.id ?? "", assignmentToken: ticket?.assignmentToken ?? "0", state: state ?? "", untilMs, reason: reason ?? "",
        bySupervisor,
      });
    },
  });
}

export const release = ({ticket}: Conversation, bySupervisor = false): Promise<void> =>
  link.command("release", {idempotencyKey: newKey(), ticketId: ticket?.id ?? "", assignmentToken: ticket?.assignmentToken ?? "0", bySupervisor})
    .then(() => {}, (error: unknown) => say(refusalText(error), "problem"));

export const preferredText = ({preferredAgentIds}: Conversation): string =>
  (preferredAgentIds ?? []).map((id) => agentName(store.state, id)).join(", ");

export function setPreferred({id, preferredAgentIds}: Conversation): void {
  const idempotencyKey = newKey();
  const known = [...store.state.colleagues.keys()].sort();
  ask({
    title: t("preferredTitle"), ok: t("preferredOk"),
    fields: [{name: "agents", label: t("preferredAgents"), hint: t("preferredHint"), list: known, many: true, value: (preferredAgentIds ?? []).join(", ")}],
    act: ({agents}) => link.command("setPreferredAgents", {
      idempotencyKey, conversationId: id ?? "",
      preferredAgentIds: (agents ?? "").split(",").map((agent) => agent.trim().toLowerCase()).filter(Boolean),
    }),
  });
}
