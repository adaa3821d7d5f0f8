// Small pieces that several views are made of.
import type {Channel} from "hark/v1";
import {useEffect, useState} from "preact/hooks";
import {channelName, fullTimeText, timeText} from "../format.js";
import {store} from "../session.js";
import {serverNow} from "../store/state.js";
import {channelIcon, Icon} from "./icons.js";

export const ChannelChip = ({channel, bare}: {channel: Channel | undefined; bare?: boolean}) => (
  <span class={`channel ${(channel ?? "CHANNEL_UNSPECIFIED").slice("CHANNEL_".length).toLowerCase()}`} title={bare ? channelName(channel) : undefined}>
    <Icon name={channelIcon(channel)} />
    <span class={bare ? "hidden" : ""}>{channelName(channel)}</span>
  </span>
);

export const Time = ({ms}: {ms: string | number | undefined}) => (
  <time class="quiet" dateTime={new Date(Number(ms ?? 0)).toISOString()} title={fullTimeText(ms)}>{timeText(ms, serverNow(store.state))}</time>
);

export const Section = ({title, count, children}: {title: string; count?: number; children: preact.ComponentChildren}) => (
  <section><h2>{title}{count ? <span class="count">{count}</span> : null}</h2>{children}</section>
);

/** The server's time, anew every so often: for countdowns that do not depend on this machine's clock. */
export function useServerNow(everyMs: number): number {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return serverNow(store.state);
}

/** A letter or two in a circle whose colour goes with the name. */
export function Avatar({name}: {name: string}) {
  const letters = name.split(/[\s@.]+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]?.toUpperCase() ?? "").join("");
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)!) % 6;
  return <span class={`avatar tint-${hue}`} aria-hidden="true">{letters || "?"}</span>;
}
