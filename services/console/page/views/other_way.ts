// Leaving the channel or address that a message came in on: only to one of the customer's own, and only with a reason.
import type {Entry} from "hark/v1";
import {write} from "../compose/send.js";
import {addressText, channelName} from "../format.js";
import type {Thread} from "../store/state.js";
import {t} from "../words/words.js";
import {ask} from "./ask.js";

export function askForOtherWay(thread: Thread, entry: Entry): void {
  const bound = entry.replyRoute?.to?.address || entry.sender?.address;
  const ways = thread.replyOptions.filter((way) => way.address !== bound || way.accountId !== entry.accountId);
  ask({
    title: t("otherWayTitle"), ok: t("otherWayOk"),
    fields: [
      {name: "way", label: t("otherWayWhere"), hint: t("otherWayHint"), choices: ways.map((way, i) => ({
        value: String(i),
        label: `${channelName(way.channel)} · ${addressText(way.address)} · ${way.accountId}${way.verified ? ` (${t("verified")})` : ""}`,
      }))},
      {name: "reason", label: t("why"), required: true, list: [t("switchAsked"), t("switchUnreachable"), t("switchUrgent")]},
    ],
    act: async ({way, reason}) => {
      const chosen = ways[Number(way)];
      if (!chosen) return;
      write(thread, entry.id ?? "", {switch: {
        ...(chosen.channel && {channel: chosen.channel}), accountId: chosen.accountId ?? "", address: chosen.address ?? "", reason: reason ?? "",
      }});
    },
  });
}
