// An item of the timeline that says what happened to the ticket, or to the customer.
import type {Entry, SlaNotice} from "hark/v1";
import {nameOfOther} from "../customers.js";
import {spanText, timeText} from "../format.js";
import {holdStateName} from "../holds.js";
import {agentName, serverNow, type State, type Thread} from "../store/state.js";
import {rich, t} from "../words/words.js";
import {Time} from "./parts.js";

function slaMetricName(metric?: string): string {
  switch (metric) {
    case "SLA_METRIC_FIRST_RESPONSE": return t("slaFirstResponse");
    case "SLA_METRIC_NEXT_RESPONSE": return t("slaNextResponse");
    case "SLA_METRIC_UPDATE": return t("slaUpdate");
    case "SLA_METRIC_REQUESTER_WAIT": return t("slaRequesterWait");
    case "SLA_METRIC_AGENT_WORK": return t("slaAgentWork");
    default: return t("slaResolution");
  }
}

/** "First response (20 sec)". */
function slaTargetText(notice: SlaNotice = {}): string {
  const seconds = Number(notice.targetSeconds ?? 0);
  return slaMetricName(notice.metric) + (seconds > 0 ? ` (${spanText(seconds)})` : "");
}

/** Another customer, as far as this page knows them; and the way to them, unless they are part of this one. */
function OtherCustomer({state, thread, id}: {state: State; thread: Thread; id: string}) {
  const name = nameOfOther(state, thread, id) || t("anotherCustomer");
  return thread.conversation.mergedCustomerIds?.includes(id) ? <>{name}</> : <a href={`#${id}`}>{name}</a>;
}

function statusText(state: State, thread: Thread, entry: Entry): preact.ComponentChildren {
  const who = agentName(state, entry.agentId) || t("theSystem");
  const about = entry.status?.agentId && entry.status.agentId !== entry.agentId ? agentName(state, entry.status.agentId) : "";
  if (entry.kind === "ENTRY_KIND_CHANNEL_SWITCH") return t("switchedChannel", {who});
  switch (entry.status?.change) {
    case "CHANGE_ASSIGNED": return t("tookTicket", {who: about || agentName(state, entry.agentId) || t("someone")});
    case "CHANGE_TRANSFERRED": return t("sentBack", {who}) + (about || entry.status.queueId ? ` → ${about || entry.status.queueId}` : "");
    case "CHANGE_RETURNED": return about ? t("ticketReturnedFrom", {who: about}) : t("ticketReturned");
    case "CHANGE_RESOLVED": return t("resolvedTicket", {who});
    case "CHANGE_MERGED":
    case "CHANGE_UNMERGED": {
      const other = <OtherCustomer state={state} thread={thread} id={entry.status.concernsId ?? ""} />;
      return rich<string | preact.JSX.Element>(entry.status.change === "CHANGE_MERGED" ? "mergedWith" : "unmergedFrom", {who, other});
    }
    case "CHANGE_REOPENED":
      if (entry.status.concernsId) return t("reopenedByCustomer");
      return !entry.agentId && entry.answersEntryId ? t("replyLost") : t("reopenedTicket", {who});
    case "CHANGE_SLA_WARNING": return t("slaWarning", {what: slaTargetText(entry.status.sla), percent: String(entry.status.sla?.percent ?? 0)});
    case "CHANGE_SLA_MISSED": return t("slaMissed", {what: slaTargetText(entry.status.sla)});
    case "CHANGE_HELD": return t("heldTicket", {who, what: holdStateName(entry.status.hold?.state), time: timeText(entry.status.hold?.untilMs, serverNow(state))});
    case "CHANGE_RELEASED": return t("releasedTicket", {who});
    case "CHANGE_PREFERRED": return t("setPreferredAgents", {who});
    case "CHANGE_WAIVED": return t("waivedMessage", {who});
    case "CHANGE_WITHDRAWN": return t("callbackWithdrawn");
    case "CHANGE_CALLED_OFF": return t("calledOff", {who});
    default: return t("changedTicket", {who});
  }
}

export function Status({state, thread, entry}: {state: State; thread: Thread; entry: Entry}) {
  // A merge is on the record of both; once is enough to read.
  if (entry.status?.change === "CHANGE_MERGED" && entry.customerId) return null;
  return <p class="entry status"><span>{statusText(state, thread, entry)}{entry.reason ? `: ${entry.reason}` : ""}</span>{"\u00a0"}<Time ms={entry.acceptedAtMs} /></p>;
}
