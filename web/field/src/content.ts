/** From a draft to the content that is signed: verdicts, findings, deadline, papers needed. Pure functions. */
import type { CheckItem, Checklist, DecideRules, Measure, PaperKind, Result, Rules, Calendar } from "./contract";
import { decideItem, decideOverall, type Judged } from "./decide";
import type { OpenDraft } from "./drafts";
import { t } from "./i18n";
import type { Answer, Content } from "./record";
import { addDays, deadlineFrom, localDate } from "./workdays";

export interface Verdict {
  item: CheckItem;
  answer: Answer;
  measure: Measure;
  basis: string;
}

export function itemsOf(checklist: Checklist): CheckItem[] {
  return checklist.sections.flatMap((section) => section.items);
}

export function judged(item: CheckItem, answer: Answer): Judged {
  return { key: item.key, safety: answer.safety === true, corrected: answer.corrected === true };
}

/** What each failed item leads to, in the order of the checklist. */
export function verdicts(rules: DecideRules, checklist: Checklist, answers: Map<string, Answer>): Verdict[] {
  const found: Verdict[] = [];
  for (const item of itemsOf(checklist)) {
    const answer = answers.get(item.no);
    if (answer?.answer === "no") found.push({ item, answer, ...decideItem(rules, judged(item, answer)) });
  }
  return found;
}

export function overall(rules: DecideRules, failed: Verdict[]): { result: Result; basis: string } {
  return decideOverall(rules, failed.map(({ item, answer }) => judged(item, answer)));
}

export interface DeadlineOffer {
  /** Empty when no rule proposes one: the officer has to set it. */
  date: string;
  min: string;
  max: string;
  provisional: boolean;
}

/** The deadline that the rules propose for what must be put right, and what may be set at the earliest and latest. */
export function deadlineOffer(rules: Rules, calendar: Calendar | null, day: string): DeadlineOffer {
  const limit = rules.deadline;
  if (!limit) return { date: "", min: day, max: "", provisional: false };
  const { date, provisional } = deadlineFrom(calendar, day, limit);
  const max = limit.max ? deadlineFrom(calendar, day, { days: limit.max, unit: limit.unit }).date : "";
  return { date, min: limit.min ? addDays(day, limit.min) : day, max, provisional };
}

/** Whether something must be put right by a date: investigated items get none. */
export function needsDeadline(draft: OpenDraft, failed: Verdict[]): boolean {
  if (draft.head.purpose === "recheck") return Object.values(draft.head.rechecks).some((each) => !each.accepted);
  return failed.some((verdict) => verdict.measure === "rectify");
}

export function papersNeeded(draft: OpenDraft, failed: Verdict[]): PaperKind[] {
  if (draft.head.purpose === "recheck") return ["onsite_record"];
  const kinds: PaperKind[] = ["onsite_record", "result_sheet"];
  if (failed.some((verdict) => verdict.measure === "rectify")) kinds.push("rectification_order");
  return kinds;
}

function failedLine({ item, answer }: Verdict): string {
  const value = answer.value ? t("findings.measured", { value: answer.value, unit: answer.unit ?? "" }) : "";
  return [t("findings.item", { no: item.no, text: item.text }), value, answer.note ?? "", answer.corrected ? t("findings.corrected") : ""]
    .filter(Boolean)
    .join(t("findings.joint"));
}

/** The "what was found" text of the on-site record, written by the answers; the inspector may change it. */
export function findingsText(draft: OpenDraft, checklist: Checklist | null, failed: Verdict[]): string {
  if (draft.head.purpose === "recheck") {
    const lines = (draft.head.task?.open_items ?? []).map((open) => {
      const done = draft.head.rechecks[open.rectification];
      const text = t("findings.order", { no: open.item, text: open.required });
      return `${text}${t("findings.joint")}${t(done?.accepted ? "findings.accepted" : "findings.returned")}${done?.note ? `${t("findings.joint")}${done.note}` : ""}`;
    });
    return [t("findings.recheck"), ...lines].join("\n");
  }
  if (!checklist) return "";
  const all = itemsOf(checklist);
  const skipped = all.filter((item) => draft.answers.get(item.no)?.answer === "na").length;
  const head = t("findings.head", { list: checklist.title, n: all.length - skipped, na: skipped });
  if (!failed.length) return `${head}${t("findings.none")}`;
  const lines = failed.map((verdict, i) => `${i + 1}. ${failedLine(verdict)}`);
  return [`${head}${t("findings.some", { n: failed.length })}`, ...lines].join("\n");
}

export interface Circumstances {
  device: string;
  app: string;
  ended: string;
  skew: number;
  rules: Rules | null;
  papers: Content["papers"];
}

/** The content as it will be digested and signed. */
export function contentOf(draft: OpenDraft, checklist: Checklist | null, at: Circumstances): Content {
  const { head } = draft;
  const failed = at.rules && checklist ? verdicts(at.rules.decide, checklist, draft.answers) : [];
  const recheck = head.purpose === "recheck";
  const order = checklist ? itemsOf(checklist).map((item) => item.no) : [];
  const answers = order.flatMap((no) => draft.answers.get(no) ?? []);
  return {
    task: head.task?.uid ?? null,
    purpose: head.purpose,
    premises: head.premises.uid,
    checklist: recheck ? null : head.checklist,
    mode: "full",
    device: at.device,
    app: at.app,
    started: head.started,
    ended: at.ended,
    clock_skew_ms: at.skew,
    place: head.place,
    inspectors: head.inspectors.map((each) => ({ ...each, certificate_no: each.certificate_no ?? "" })),
    present: head.present,
    informed: head.informed,
    answers: recheck ? [] : answers,
    photos: draft.photos.map(({ name: _, ...photo }) => photo),
    findings: head.findings ?? findingsText(draft, checklist, failed),
    statement: head.statement,
    outcome:
      recheck || !at.rules
        ? null
        : {
            result: overall(at.rules.decide, failed).result,
            items: failed.map(({ item, measure }) => ({ item: item.no, measure })),
            rules_version: at.rules.decide.version,
          },
    deadline: needsDeadline(draft, failed) ? draft.head.deadline : null,
    refused: head.refused,
    rechecks: recheck ? Object.values(head.rechecks) : [],
    papers: at.papers,
  };
}

/** Today on the phone. */
export function today(): string {
  return localDate(new Date());
}
