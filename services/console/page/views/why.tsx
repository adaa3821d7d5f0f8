// Why a ticket waits: where it stands, what it asks for, and of each agent what keeps them from it.
import {useEffect, useState} from "preact/hooks";
import type {ExplainResponse} from "hark/v1";
import {estimateText, noEstimateText, refusalText, waitText} from "../format.js";
import {link} from "../session.js";
import {serverNow, type State} from "../store/state.js";
import {t} from "../words/words.js";

const AGAIN_MS = 5000;

function Facts({explanation, now}: {explanation: ExplainResponse; now: number}) {
  const wait = Number(explanation.estimatedWaitMs ?? 0);
  const stepEnds = Number(explanation.stepEndsAtMs ?? 0);
  const decidedBefore = explanation.offerConfigVersion !== explanation.configVersion && explanation.offerConfigVersion;
  return (
    <dl class="why-facts">
      <dt>{t("whyQueue")}</dt><dd>{explanation.queueId || t("noQueueTakes")}{explanation.shard && ` (${explanation.shard})`}, {t("whyAhead", {count: explanation.ahead ?? 0})}</dd>
      <dt>{t("whyRequires")}</dt><dd>{explanation.requirement && explanation.requirement !== "any" ? explanation.requirement : t("whyNothing")}</dd>
      {explanation.step && <><dt>{t("whyStep")}</dt><dd>{explanation.step}{stepEnds > now && ` · ${t("whyNextStep", {time: waitText(stepEnds - now)})}`}</dd></>}
      <dt>{t("estimatedWait")}</dt><dd>{wait < 0 ? noEstimateText(explanation.noEstimate) : estimateText(wait)}</dd>
      <dt>{t("whyRules")}</dt><dd>{explanation.configVersion || "–"}{decidedBefore && ` (${t("whyOfferRules", {version: decidedBefore})})`}</dd>
    </dl>
  );
}

export function Why({state, ticketId}: {state: State; ticketId: string}) {
  const [explanation, setExplanation] = useState<ExplainResponse | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let gone = false;
    const look = async () => {
      try {
        const answer = await link.request({explain: {ticketId}});
        if (!gone) setExplanation(answer.explanation ?? null);
      } catch (refusal) {
        if (!gone) setError(refusalText(refusal));
      }
    };
    void look();
    const timer = setInterval(() => void look(), AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [ticketId]);
  if (error) return <p class="error" role="alert">{error}</p>;
  if (!explanation) return <p class="empty">{t("loading")}</p>;
  const nameOf = (id = "") => state.overview?.agents?.find((agent) => agent.id === id)?.name || id;
  const {candidates = [], agents = 0} = explanation;
  return (
    <div class="why-panel">
      <p>{explanation.summary}</p>
      <Facts explanation={explanation} now={serverNow(state)} />
      <table class="why-candidates">
        <thead><tr><th scope="col">{t("agent")}</th><th scope="col">{t("whyVerdict")}</th></tr></thead>
        <tbody>
          {candidates.map((candidate) => (
            <tr key={candidate.agentId}>
              <th scope="row">{nameOf(candidate.agentId)}</th>
              <td>{candidate.verdict}{candidate.rank === 1 && <strong> · {t("whyFirst")}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {agents > candidates.length && <p class="quiet">{t("whyMore", {count: agents - candidates.length})}</p>}
    </div>
  );
}
