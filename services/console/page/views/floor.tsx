// The supervisor's view: what waits and for how long, who does what, and the last hours.
import {useState} from "preact/hooks";
import type {Agent, ConsoleResponse_QueueState, QueuedTicket} from "hark/v1";
import {changePresence, endAgentWrapUp, loadWaiting} from "../floor.js";
import {select} from "../conversations.js";
import {channelName, customerText, estimateText, noEstimateText, personText, presenceName, waitText} from "../format.js";
import {serverNow, type State} from "../store/state.js";
import {conversationOfTicket} from "../store/work.js";
import {reassign, takeOver} from "../tickets.js";
import {t} from "../words/words.js";
import {Avatar, ChannelChip, useServerNow} from "./parts.js";
import {Plot} from "./plots.js";
import {Why} from "./why.js";

const estimate = ({estimatedWaitSeconds = 0, noEstimate}: ConsoleResponse_QueueState): string =>
  estimatedWaitSeconds < 0 ? noEstimateText(noEstimate) : estimateText(estimatedWaitSeconds * 1000);

function QueueRow({queue, name, now, onOpen}: {queue: ConsoleResponse_QueueState; name: string; now: number; onOpen?(): void}) {
  return (
    <tr>
      <th scope="row">{onOpen ? <button type="button" class="link" onClick={onOpen}>{name}</button> : name}{queue.shard && <span class="quiet"> ({queue.shard})</span>}</th>
      <td class="number strong">{queue.waiting ?? 0}</td>
      <td class="number">{queue.offered ?? 0}</td>
      <td class="number">{queue.oldestSinceMs ? waitText(now - Number(queue.oldestSinceMs)) : "–"}</td>
      <td class={`number ${queue.atRisk ? "warm" : ""}`}>{queue.atRisk ?? 0}</td>
      <td class="number">{estimate(queue)}</td>
    </tr>
  );
}

/** Under a heading, where there are any. */
function Rows({title, queues, row}: {title: string; queues: readonly ConsoleResponse_QueueState[]; row(queue: ConsoleResponse_QueueState): preact.JSX.Element}) {
  if (!queues.length) return null;
  return <tbody><tr class="group"><th colSpan={6} scope="rowgroup">{title}</th></tr>{queues.map(row)}</tbody>;
}

function Queues({state}: {state: State}) {
  const now = useServerNow(5000);
  const {total = {}, byQueue = [], byAccount = [], bySkill = [], slaAtRisk = 0, slaMissed = 0} = state.overview ?? {};
  return (
    <section class="card floor-card" aria-labelledby="queues-title">
      <h2 id="queues-title">{t("queues")}</h2>
      {slaAtRisk + slaMissed > 0 && <p id="sla-counts" class={`notice ${slaMissed ? "bad" : ""}`}>{t("slaCounts", {atRisk: String(slaAtRisk), missed: String(slaMissed)})}</p>}
      <table id="queues">
        <thead><tr><td /><th scope="col">{t("waitingCount")}</th><th scope="col">{t("offeredCount")}</th><th scope="col">{t("oldest")}</th><th scope="col">{t("atRisk")}</th><th scope="col" title={t("estimatedWaitHint")}>{t("estimatedWait")}</th></tr></thead>
        <tbody><QueueRow queue={total} name={t("everything")} now={now} onOpen={() => void loadWaiting()} /></tbody>
        <Rows title={t("byQueue")} queues={byQueue.filter(({name, waiting}) => name || waiting)} row={(queue) => <QueueRow queue={queue} name={queue.name || t("noQueueTakes")} now={now} />} />
        <Rows title={t("byAccount")} queues={byAccount} row={(queue) => <QueueRow queue={queue} name={queue.name ?? ""} now={now} onOpen={() => void loadWaiting({accountId: queue.name ?? ""})} />} />
        <Rows title={t("bySkill")} queues={bySkill} row={(queue) => <QueueRow queue={queue} name={queue.name ?? ""} now={now} onOpen={() => void loadWaiting({skill: queue.name ?? ""})} />} />
      </table>
    </section>
  );
}

function WaitingRow({state, ticket: waiting, now}: {state: State; ticket: QueuedTicket; now: number}) {
  const {ticket} = waiting;
  const [asked, setAsked] = useState(false);
  return (
    <li class={asked ? "explained" : ""}>
      <ChannelChip channel={ticket?.channel} bare />
      <div class="grow">
        <p class="line"><strong>{personText(ticket?.sender) || t("aCustomer")}</strong><span class="quiet">{ticket?.waitingSinceMs && t("waitingFor", {time: waitText(now - Number(ticket.waitingSinceMs))})}</span></p>
        <p class="line-clamp" dir="auto">{ticket?.subject || ticket?.preview}</p>
        <p class="quiet">{waiting.queueId || t("noQueueTakes")}{waiting.shard && ` (${waiting.shard})`} · {waiting.explanation}</p>
      </div>
      <div class="row">
        <button type="button" class="plain small" aria-expanded={asked} onClick={() => setAsked(!asked)}>{t("whyWaits")}</button>
        <button type="button" class="small" onClick={() => select(ticket?.conversationId ?? "")}>{t("open")}</button>
        {ticket && <button type="button" class="small" onClick={() => reassign(ticket)}>{t("reassign")}</button>}
        {ticket && <button type="button" class="plain small" onClick={() => takeOver(ticket.id ?? "", ticket.conversationId ?? "")}>{t("takeOver")}</button>}
      </div>
      {asked && <Why state={state} ticketId={waiting.ticketId ?? ""} />}
    </li>
  );
}

function Waiting({state}: {state: State}) {
  const now = serverNow(state);
  const {items, loading, error} = state.waiting;
  const only = state.waitingOnly.accountId ?? state.waitingOnly.skill;
  return (
    <section class="card floor-card" aria-labelledby="waiting-title">
      <h2 id="waiting-title">{t("waitingTickets")}{only && `: ${only}`} {state.waitingTotal > 0 && <span class="count">{state.waitingTotal}</span>}</h2>
      {error ? <p class="error" role="alert">{error}</p> : !items.length && <p class="empty">{t(loading ? "loading" : "nothingWaits")}</p>}
      <ul id="waiting-tickets" class="floor-list">{items.map((one) => <WaitingRow key={one.ticket?.id} state={state} ticket={one} now={now} />)}</ul>
    </section>
  );
}

function AgentRow({state, agent}: {state: State; agent: Agent}) {
  const work = agent.ticketIds ?? [];
  const name = agent.name || agent.id || "";
  const share = agent.capacityUnits ? Math.min(1, (agent.usedUnits ?? 0) / agent.capacityUnits) : 0;
  // The overview lags behind by some seconds; who looks at it is there.
  const {presence, connections} = agent.id === state.me?.id ? {presence: state.me?.presence, connections: 1} : agent;
  const titleOf = (ticketId: string) => {
    const conversation = conversationOfTicket(state, ticketId);
    return conversation ? customerText(conversation) : t("ticket");
  };
  return (
    <tr>
      <th scope="row"><span class="line"><Avatar name={name} /> {name}{agent.shard && <span class="quiet">({agent.shard})</span>}</span></th>
      <td><span class="unbroken"><span class={`presence-dot ${(presence ?? "PRESENCE_OFFLINE").slice("PRESENCE_".length).toLowerCase()}`} /> {presenceName(presence)}</span>
        {agent.channels?.length ? <span class="quiet"> · {agent.channels.map(channelName).join(", ")}</span> : null}
        {agent.awayAfterMissed ? <> <span class="badge bad">{t("offersMissed", {count: agent.awayAfterMissed})}</span></> : null}
        {agent.pausedQueueIds?.length ? <> <span class="badge open">{t("pausedIn", {queues: agent.pausedQueueIds.join(", ")})}</span></> : null}
        {!connections && presence !== "PRESENCE_OFFLINE" && <span class="quiet"> · {t("notConnected")}</span>}</td>
      <td><span class="load" role="img" aria-label={t("unitsOf", {used: agent.usedUnits ?? 0, all: agent.capacityUnits ?? 0})}><span style={{transform: `scaleX(${share})`}} /></span> <span class="quiet">{agent.usedUnits ?? 0}/{agent.capacityUnits ?? 0}</span></td>
      <td>
        {!work.length && <span class="quiet">{t("idle")}</span>}
        {work.map((id) => <button key={id} type="button" class="chip-button" onClick={() => select(id)}>{titleOf(id)}</button>)}
      </td>
      <td><button type="button" class="plain small" onClick={() => changePresence(agent.id ?? "", name)}>{t("changePresence")}</button>
        {Number(agent.wrapUpUntilMs ?? 0) > serverNow(state) && <button type="button" class="plain small" onClick={() => endAgentWrapUp(agent.id ?? "", name)}>{t("endWrapUp")}</button>}</td>
    </tr>
  );
}

function Agents({state}: {state: State}) {
  const agents = state.overview?.agents ?? [];
  return (
    <section class="card floor-card" aria-labelledby="agents-title">
      <h2 id="agents-title">{t("agents")}</h2>
      <table id="agents">
        <thead><tr><th scope="col">{t("agent")}</th><th scope="col">{t("presence")}</th><th scope="col">{t("load")}</th><th scope="col">{t("currentWork")}</th><td /></tr></thead>
        <tbody>{agents.map((agent) => <AgentRow key={agent.id} state={state} agent={agent} />)}</tbody>
      </table>
    </section>
  );
}

export function Floor({state}: {state: State}) {
  const steps = state.series?.steps ?? [];
  return (
    <main class="floor" aria-label={t("floor")}>
      {steps.length > 0 && (
        <section class="plots" aria-label={t("lastHours", {count: 4})}>
          <Plot title={t("arrived")} steps={steps} value={(step) => step.arrived ?? 0} />
          <Plot title={t("answeredSeries")} steps={steps} value={(step) => step.answered ?? 0} />
          <Plot title={t("resolvedSeries")} steps={steps} value={(step) => step.resolved ?? 0} />
          <Plot title={t("waitingSeries")} steps={steps} value={(step) => step.waiting ?? 0} line />
        </section>
      )}
      <Queues state={state} />
      <Agents state={state} />
      <Waiting state={state} />
    </main>
  );
}
