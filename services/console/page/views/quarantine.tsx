// What could not be read, with its raw bytes to save.
import {fullTimeText, sizeText} from "../format.js";
import type {State} from "../store/state.js";
import {t} from "../words/words.js";
import {blobAddress} from "./entry_body.js";
import {ChannelChip} from "./parts.js";

export function Quarantine({state}: {state: State}) {
  const {items, loading, error} = state.quarantine;
  return (
    <main class="floor" aria-labelledby="quarantine-title">
      <section class="card floor-card">
        <h2 id="quarantine-title">{t("quarantine")}</h2>
        <p class="quiet">{t("quarantineLead")}</p>
        {error ? <p class="error" role="alert">{error}</p> : !items.length && <p class="empty">{t(loading ? "loading" : "nothingInQuarantine")}</p>}
        <ul id="quarantine" class="floor-list">
          {items.map((item) => (
            <li key={item.id}>
              <ChannelChip channel={item.channel} bare />
              <div class="grow">
                <p>{item.reason || t("noReasonGiven")}</p>
                <p class="quiet">{item.accountId ? `${t("cameTo", {accounts: item.accountId})} · ` : ""}{fullTimeText(item.atMs)}</p>
              </div>
              {item.raw?.id && <a href={blobAddress(item.id, item.raw, {name: `${item.id}.raw`})} download={`${item.id}.raw`}>{t("saveRaw", {size: sizeText(item.raw.sizeBytes)})}</a>}
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
}
