// The call that is going on: where it stands, and what can be done to it now.
import {useEffect, useState} from "preact/hooks";
import {callRefused, consult, handOver, hangUp, hold, passOn, takeBack, watchRefusals} from "../calls.js";
import {select} from "../conversations.js";
import {customerText, refusalText} from "../format.js";
import {askedName, canBePassedOn, clock, isMyCall, isTalking, type LiveCall, liveCall, myCall, standing} from "../store/live_call.js";
import {isMine, serverNow, type State, type Thread} from "../store/state.js";
import {t} from "../words/words.js";
import {Icon} from "./icons.js";

/** Runs by itself, so that nothing else is drawn each second. */
function Clock({state, sinceMs}: {state: State; sinceMs: number}) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return sinceMs > 0 ? <span class="clock" role="timer" aria-live="off">{clock(serverNow(state) - sinceMs)}</span> : null;
}

/** What is wished is done once: until it is answered, nothing else can be. */
function Controls({state, live}: {state: State; live: LiveCall}) {
  const [busy, setBusy] = useState(false);
  const does = (act: (live: LiveCall) => Promise<unknown>) => async () => {
    setBusy(true);
    callRefused(null);
    try {
      await act(live);
    } catch (error) {
      callRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const {consult: asked} = live.call;
  const held = live.call.state === "CALL_STATE_HELD";
  if (asked) {
    const who = askedName(state, live.call);
    return (
      <div class="call-buttons">
        {!asked.passingOn && <button id="call-hand-over" type="button" class="primary" disabled={busy} onClick={does(handOver)}>{t("callHandOver", {who})}</button>}
        <button id="call-take-back" type="button" disabled={busy} onClick={does(takeBack)}>{t("callTakeBack")}</button>
      </div>
    );
  }
  return (
    <div class="call-buttons">
      {isTalking(live) && <button id="call-hold" type="button" aria-pressed={held} disabled={busy} onClick={does(hold)}>{t(held ? "callResume" : "callHold")}</button>}
      {canBePassedOn(live) && <button id="call-ask" type="button" onClick={() => consult(live)}>{t("callAsk")}</button>}
      {canBePassedOn(live) && <button id="call-pass-on" type="button" onClick={() => passOn(live)}>{t("callPassOn")}</button>}
      <button id="call-hang-up" type="button" class="danger" disabled={busy} onClick={does(hangUp)}>{t("callHangUp")}</button>
    </div>
  );
}

export function CallCard({state, thread}: {state: State; thread: Thread | undefined}) {
  const [error, setError] = useState("");
  useEffect(() => watchRefusals((refusal) => setError(refusal ? refusalText(refusal) : "")), []);
  const here = liveCall(thread);
  const live = here ?? myCall(state);
  const progress = live && `${live.entry.id} ${live.call.state} ${live.call.consult?.talking}`;
  useEffect(() => setError(""), [progress]);
  if (!live) return null;
  const {words, sinceMs, more} = standing(state, live);
  const mine = isMyCall(state, live);
  const tone = !isTalking(live) ? "" : live.call.state === "CALL_STATE_HELD" ? "held" : "talking";
  return (
    <section id="call-card" class={`call-card ${tone}`} aria-label={t("callCard")}>
      <Icon name="phone" />
      <p class="call-words">
        <strong role="status">{words}</strong> <Clock state={state} sinceMs={sinceMs} />
        <span class="quiet">{here ? more : customerText(live.thread.conversation)}</span>
      </p>
      {!here && <button type="button" class="plain" onClick={() => select(live.thread.conversation.id ?? "")}>{t("callShow")}</button>}
      {mine && <Controls state={state} live={live} />}
      {here && thread && isMine(state, thread.conversation) && thread.conversation.ticket?.onTheLine && <p id="resolve-why" class="quiet">{t("resolveAfterCall")}</p>}
      {error && <p class="error" role="alert">{error}</p>}
    </section>
  );
}
