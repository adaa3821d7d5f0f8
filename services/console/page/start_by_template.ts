// A first message to somebody's number, by a template that the network has approved; their answer comes back to this agent.
import type {MessageTemplate, SendingRules} from "hark/v1";
import {partsOf, placeholdersOf} from "./compose/sendable.js";
import {select} from "./conversations.js";
import {newKey} from "./link.js";
import {link} from "./session.js";
import {ask} from "./views/ask.js";
import {t} from "./words/words.js";

export interface FirstTemplate {
  accountId: string;
  network: string;
  template: MessageTemplate;
}

export const firstTemplates = (rules: readonly SendingRules[] | undefined): FirstTemplate[] =>
  (rules ?? []).flatMap(({accountId = "", network = "", templates}) => (templates ?? []).map((template) => ({accountId, network, template})));

export const firstTemplateTitle = ({network, template}: FirstTemplate): string =>
  t("startByTemplate", {network, template: template.name ?? "", language: template.language ?? ""});

export function startByTemplate(way: FirstTemplate): void {
  const idempotencyKey = newKey();
  const {name = "", language = "", text = ""} = way.template;
  const placeholders = placeholdersOf(text);
  ask({
    title: firstTemplateTitle(way), ok: t("startOk"), lead: partsOf(way.template, {name, language}).map((part) => part.text).join(""),
    fields: [
      {name: "to", label: t("startToNumber"), required: true}, {name: "name", label: t("startName")},
      ...placeholders.map((one) => ({name: `field-${one}`, label: `{{${one}}}`, required: true})),
      {name: "reason", label: t("why"), hint: t("onTheRecord")},
    ],
    act: async (values) => {
      const fields = placeholders.map((one) => ({name: one, value: values[`field-${one}`] ?? ""}));
      const {done} = await link.command("start", {
        idempotencyKey, accountId: way.accountId, to: {address: `tel:${values.to}`, name: values.name ?? ""}, reason: values.reason ?? "",
        template: {name, language, fields},
      });
      select(done?.entry?.conversationId ?? "");
    },
  });
}
