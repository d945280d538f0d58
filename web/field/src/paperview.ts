/** A paper as the phone shows and prints it: made from the signed content, nothing else decides what it says. */
import type { Checklist, Organ, PaperKind, Premises, PullPage, Task } from "./contract";
import { itemsOf } from "./content";
import { t, type Key } from "./i18n";
import type { Content, Signature } from "./record";

export interface PaperView {
  kind: PaperKind;
  title: string;
  organ: string;
  number: string;
  /** Verification code, printed as text and as a QR of the public address; empty while the server has to give one. */
  code: string;
  verify: string;
  digest: string;
  fields: { label: string; value: string }[];
  body: { title: string; text: string }[];
  signatures: Signature[];
  /** What stands on its face as long as no seal does. */
  notInForce: string;
}

export interface PaperSource {
  content: Content;
  digest: string;
  premises: Premises;
  task: Task | null;
  checklist: Checklist | null;
  organ: Organ | null;
  titles: PullPage["papers"];
  signatures: Signature[];
  origin: string;
}

/** 2026-11-23T09:05:00+08:00 as papers write it: 2026年11月23日9时5分. */
export function paperTime(at: string): string {
  const [, y, mo, d, h, mi] = /^(\d+)-(\d+)-(\d+)(?:T(\d+):(\d+))?/.exec(at) ?? [];
  const date = t("paper.date", { y: y ?? "", m: Number(mo), d: Number(d) });
  return h === undefined ? date : date + t("paper.time", { h: Number(h), mi: Number(mi), mm: mi ?? "" });
}

const TITLES: Record<PaperKind, Key> = {
  onsite_record: "paper.onsite_record",
  result_sheet: "paper.result_sheet",
  rectification_order: "paper.rectification_order",
};

/** All papers of a record, in the order in which they were numbered. */
export function paperViews(source: PaperSource): PaperView[] {
  return source.content.papers.map(({ kind, number, code }) => ({
    kind,
    title: source.titles?.[kind]?.title ?? t(TITLES[kind]),
    organ: source.organ?.name ?? "",
    number: number ?? t("paper.number_later"),
    code: code ?? "",
    verify: code ? `${source.origin}/v/${code}` : "",
    digest: source.digest,
    signatures: source.signatures,
    notInForce: kind === "onsite_record" ? "" : t("paper.not_in_force"),
    ...parts(kind, source),
  }));
}

function parts(kind: PaperKind, source: PaperSource): Pick<PaperView, "fields" | "body"> {
  if (kind === "result_sheet") return resultSheet(source);
  if (kind === "rectification_order") return rectificationOrder(source);
  return onsiteRecord(source);
}

function party({ premises }: PaperSource): PaperView["fields"] {
  const { entity } = premises;
  return [
    { label: t("paper.party"), value: entity.name },
    { label: t("paper.code"), value: entity.code ?? "" },
    { label: t("paper.representative"), value: entity.representative ?? "" },
    { label: t("paper.place"), value: `${premises.name} ${premises.address}`.trim() },
    { label: t("paper.phone"), value: entity.phone ?? "" },
  ].filter((field) => field.value);
}

function officers({ content }: PaperSource): string {
  return content.inspectors.map((each) => `${each.name}(${each.certificate_no || "—"})`).join(t("paper.and"));
}

function numbersOf(source: PaperSource, wanted: (no: string) => boolean): { key: string; general: string; keys: number; generals: number } {
  const items = source.checklist ? itemsOf(source.checklist).filter((item) => wanted(item.no)) : [];
  const key = items.filter((item) => item.key);
  const general = items.filter((item) => !item.key);
  const list = (of: typeof items) => of.map((item) => item.no).join(t("paper.and")) || t("paper.nothing");
  return { key: list(key), general: list(general), keys: key.length, generals: general.length };
}

function onsiteRecord(source: PaperSource): Pick<PaperView, "fields" | "body"> {
  const { content } = source;
  const present = [content.present.name, content.present.role].filter(Boolean).join(t("paper.and"));
  const yesno = (yes: boolean) => t(yes ? "paper.yes" : "paper.no");
  const told = [
    t("paper.told_cards", { organ: source.organ?.name ?? "", who: officers(source), answer: yesno(content.informed.cards_shown) }),
    t("paper.told_rights", { answer: yesno(content.informed.rights_told) }),
    t("paper.told_recusal", { answer: t(content.informed.recusal === "yes" ? "paper.recusal_yes" : "paper.recusal_no") }),
  ];
  return {
    fields: [
      { label: t("paper.when"), value: `${paperTime(content.started)} ${t("paper.until")} ${paperTime(content.ended)}` },
      { label: t("paper.officers"), value: officers(source) },
      ...party(source),
      { label: t("paper.present"), value: present },
    ],
    body: [
      { title: t("paper.informed"), text: told.join("\n") },
      { title: t("paper.findings"), text: content.findings },
      { title: t("paper.statement"), text: content.statement || t("paper.no_statement") },
      ...(content.refused ? [refusal(content.refused)] : []),
    ],
  };
}

function refusal(refused: { reason: string; witness: string }): { title: string; text: string } {
  const witness = refused.witness ? t("paper.witness", { name: refused.witness }) : "";
  return { title: t("paper.refused"), text: `${refused.reason}${witness}` };
}

function resultSheet(source: PaperSource): Pick<PaperView, "fields" | "body"> {
  const { content, checklist, premises } = source;
  const given = new Map(content.answers.map((answer) => [answer.item, answer.answer]));
  const checked = numbersOf(source, (no) => given.get(no) === "yes" || given.get(no) === "no");
  const failed = numbersOf(source, (no) => given.get(no) === "no");
  const skipped = numbersOf(source, (no) => given.get(no) === "na");
  const result = content.outcome?.result ?? "compliant";
  const count = (n: typeof checked) =>
    `${t("paper.keys", { n: n.keys, list: n.key })}\n${t("paper.generals", { n: n.generals, list: n.general })}`;
  return {
    fields: [
      ...party(source),
      { label: t("paper.licences"), value: premises.licences.map((each) => each.number).join(t("paper.and")) },
      { label: t("paper.purpose"), value: t(`purpose.${content.purpose}`) },
      { label: t("paper.when"), value: paperTime(content.ended) },
      { label: t("paper.officers"), value: officers(source) },
      { label: t("paper.list"), value: checklist ? `${checklist.title} ${checklist.number}`.trim() : "" },
      { label: t("paper.basis"), value: checklist?.basis ?? "" },
    ].filter((field) => field.value),
    body: [
      { title: t("paper.checked"), text: count(checked) },
      { title: t("paper.failed"), text: count(failed) },
      { title: t("paper.skipped"), text: count(skipped) },
      { title: t("paper.result"), text: t(`result.${result}`) },
      { title: t("paper.handling"), text: handling(content) },
    ],
  };
}

function handling(content: Content): string {
  const items = content.outcome?.items ?? [];
  const lines = (["corrected", "rectify", "investigate"] as const).flatMap((measure) => {
    const nos = items.filter((each) => each.measure === measure).map((each) => each.item);
    if (!nos.length) return [];
    const date = measure === "rectify" && content.deadline ? t("paper.by_date", { date: paperTime(content.deadline) }) : "";
    return [`${t(`measure.${measure}`)}${date}: ${nos.join(t("paper.and"))}`];
  });
  return lines.join("\n") || t("paper.passed");
}

function rectificationOrder(source: PaperSource): Pick<PaperView, "fields" | "body"> {
  const { content, checklist } = source;
  const items = checklist ? itemsOf(checklist) : [];
  const due = (content.outcome?.items ?? []).filter((each) => each.measure === "rectify").map((each) => each.item);
  const rows = items.filter((item) => due.includes(item.no));
  const facts = rows.map((item, i) => {
    const answer = content.answers.find((each) => each.item === item.no);
    const value = answer?.value ? t("findings.measured", { value: answer.value, unit: answer.unit ?? "" }) : "";
    return `${i + 1}. ${[t("findings.item", { no: item.no, text: item.text }), value, answer?.note ?? ""].filter(Boolean).join(t("findings.joint"))}`;
  });
  const bases = Array.from(new Set(rows.map((item) => item.basis).filter(Boolean)));
  return {
    fields: party(source),
    body: [
      { title: t("paper.facts"), text: facts.join("\n") },
      { title: t("paper.against"), text: bases.join("；") },
      { title: t("paper.deadline"), text: content.deadline ? t("paper.before", { date: paperTime(content.deadline) }) : "" },
      { title: t("paper.required"), text: rows.map((item, i) => `${i + 1}. ${item.fix || item.text}`).join("\n") },
    ],
  };
}
