// The page: draws the state, and starts.
import {Component, render} from "preact";
import {open} from "./conversations.js";
import {unlockSound} from "./notify.js";
import {hasSession, link, resume, store} from "./session.js";
import {apply} from "./settings.js";
import {t} from "./words/words.js";
import {Announcer} from "./views/announcer.js";
import {AskDialog} from "./views/ask.js";
import {Bar, MissedOffers, PausedQueues} from "./views/bar.js";
import {ConversationPane} from "./views/conversation.js";
import {CustomerPane} from "./views/customer.js";
import {Floor} from "./views/floor.js";
import {focusTimeline} from "./views/focus.js";
import {OfferStrip} from "./views/offers.js";
import {Palette} from "./views/palette.js";
import {Quarantine} from "./views/quarantine.js";
import {SignIn} from "./views/sign_in.js";
import {WorkPane} from "./views/work.js";

class App extends Component {
  override componentDidMount() {
    store.listen(() => this.forceUpdate());
  }

  override render() {
    const {state} = store;
    // Somebody who was signed in sees the page while the link comes back.
    if (!state.me && !(hasSession() && state.link.state !== "out")) return <><SignIn state={state} /><Announcer /></>;
    return (
      <>
        {state.section === "desk" && <a class="skip" href="#timeline" onClick={(event) => { event.preventDefault(); focusTimeline(); }}>{t("skipToConversation")}</a>}
        <div id="console" class={`console at-${state.section} pane-${state.pane}`}>
          <Bar state={state} />
          <div class="strips"><MissedOffers state={state} /><PausedQueues state={state} /><OfferStrip state={state} /></div>
          {state.section === "desk" && <><WorkPane state={state} /><ConversationPane state={state} /><CustomerPane state={state} /></>}
          {state.section === "floor" && <Floor state={state} />}
          {state.section === "quarantine" && <Quarantine state={state} />}
        </div>
        <Palette state={state} />
        <AskDialog />
        <Announcer />
      </>
    );
  }
}

apply();
store.patch({selected: location.hash.slice(1)});
addEventListener("hashchange", () => void open(location.hash.slice(1)));
addEventListener("online", () => link.retryNow());
addEventListener("pointerdown", unlockSound, {once: true});
if (hasSession()) store.patch({link: {state: "connecting", retryAtMs: 0, reason: ""}});
render(<App />, document.getElementById("app")!);
resume();
