// Small line drawings, in the colour of the text around them.
import type {Channel} from "hark/v1";

const PATHS = {
  mail: "M2 4.5h12v8H2zM2.5 5l5.5 4.5L13.500 5",
  chat: "M2.500 3h11v7.500H7L4 13v-2.500H2.500z",
  social: "M5 8a2 2 0 1 0-.01 0M11 5.500a2 2 0 1 0-.01 0M11 14a2 2 0 1 0-.01 0M6.700 7.200l2.700-1.700M6.700 9l2.700 2",
  phone: "M4 2.500l2 .2.800 2.800-1.300 1.200a8 8 0 0 0 3.800 3.800l1.200-1.300 2.800.8.200 2c0 1-.8 1.500-1.700 1.500C6.500 13.500 2.500 9.500 2.500 4.200 2.500 3.300 3 2.500 4 2.500z",
  search: "M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.500 10.500L14 14",
  bell: "M8 2.500a3.700 3.700 0 0 0-3.700 3.700c0 3.300-1.300 4.300-1.300 4.300h10s-1.300-1-1.300-4.300A3.700 3.700 0 0 0 8 2.500zM6.800 13a1.300 1.300 0 0 0 2.400 0",
  command: "M3 8h10M8 3v10",
  more: "M3.500 8h.01M8 8h.01M12.500 8h.01",
  back: "M10 3L5 8l5 5",
  clip: "M12.500 7.500l-4.700 4.700a2.800 2.800 0 0 1-4-4l5-5a1.900 1.900 0 0 1 2.700 2.700l-5 5a.9.9 0 0 1-1.300-1.300l4.500-4.500",
  person: "M8 8a2.700 2.700 0 1 0 0-5.500A2.700 2.700 0 0 0 8 8zM3 14c.5-3 2.500-4.300 5-4.300s4.500 1.300 5 4.300",
  check: "M3 8.500l3.200 3L13 4.500",
  close: "M4 4l8 8M12 4l-8 8",
  down: "M4 6l4 4 4-4",
  words: "M3 4h10M3 8h10M3 12h6",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({name}: {name: IconName}) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path d={PATHS[name]} /></svg>
);

const CHANNEL_ICONS: Record<Channel, IconName> = {
  CHANNEL_UNSPECIFIED: "more", CHANNEL_EMAIL: "mail", CHANNEL_CHAT: "chat", CHANNEL_SOCIAL: "social", CHANNEL_PHONE: "phone",
};
export const channelIcon = (channel: Channel | undefined): IconName => CHANNEL_ICONS[channel ?? "CHANNEL_UNSPECIFIED"] ?? "more";
