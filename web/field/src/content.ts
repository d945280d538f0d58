/** From a draft to the content that is signed: verdicts, findings, deadline, papers needed. Pure functions. */
import type { CheckItem, DecideRules, Measure, PaperForm, PaperKind, Result, Rules, Calendar } from "./contract";
import { decideItem, decideOverall, gravest, readingsOf, type ItemVerdict, type Judged } from "./decide";
import { isVoice, type OpenDraft } from "./drafts";
import { itemsOf, placesOf, type Asked, type Sheet } from "./joining";
import { penaltyOf } from "./penalty";
import type { Answer, Content, ListResult } from "./record";
import { findingsOf, type Words } from "./wording";
import { deadlineFrom } from "./workdays";

export interface Verdict {
  item: Asked;
  answer: Answer;
  measure: Measure;
  basis: string;
}

/** Whether an item is for other trades than this one. */
export function isForeign(item: CheckItem, trade: string): boolean {
  return !!trade && !!item.applies?.length && !item.applies.includes(trade);
}

export function judged(item: Pick<CheckItem, "key">, answer: Answer): Judged {
  return { key: item.key, safety: answer.safety === true, corrected: answer.corrected === true };
}

/** What each failed item leads to, in the order of the checklist. */
export function verdicts(rules: DecideRules, sheet: Sheet, answers: Map<string, Answer>): Verdict[] {
  const found: Verdict[] = [];
  for (const item of itemsOf(sheet)) {
    const answer = answers.get(item.no);
    if (answer?.answer === "no") found.push({ item, answer, ...verdict(rules, sheet, item, answer) });
  }
  return found;
}

/** What a failed item leads to, with the article where it stands for a list that asks for the item. */
export function verdict(rules: DecideRules, sheet: Sheet, item: Asked, answer: Answer): ItemVerdict {
  const made = decideItem(rules, judged(item, answer));
  return { ...made, basis: standing(rules, placesOf(sheet, item).map(({ id }) => id), made.basis) };
}

/** The table's articles are those of some lists only: of others it says what follows, and no article. */
function standing(rules: DecideRules, lists: string[], basis: string): string {
  return !rules.lists || lists.some((id) => rules.lists!.includes(id)) ? basis : "";
}

/** Nobody can tell what was seen: a failed item without a note, a measured value or a photo. */
export function isBare({ answer }: Verdict): boolean {
  return !answer.note?.trim() && !readingsOf(answer).length && !answer.photos?.length;
}

/** What the visit comes to: the gravest of its lists, each judged by its own items. */
export interface Overall {
  result: Result;
  basis: string;
  lists: ListResult[];
}

export function overall(rules: DecideRules, sheet: Sheet, failed: Verdict[]): Overall {
  const lists = sheet.lists.map(({ id }) => {
    const own = failed.flatMap(({ item, answer }) => placesOf(sheet, item).flatMap((place) => (place.id === id ? [judged(place, answer)] : [])));
    const made = decideOverall(rules, own);
    return { id, result: made.result, basis: standing(rules, [id], made.basis) };
  });
  const worst = lists.find(({ result }) => result === gravest(lists.map((list) => list.result)));
  return { result: worst?.result ?? "compliant", basis: worst?.basis ?? "", lists: lists.map(({ id, result }) => ({ id, result })) };
}

export interface DeadlineOffer {
  /** Empty when no rule proposes one: the officer has to set it. */
  date: string;
  min: string;
  max: string;
  provisional: boolean;
}

/**
 * The deadline that the rules propose for what must be put right, and what may be set at the earliest and latest. Time
 * that is `granted` already is never shortened: the offer is not before that day.
 */
export function deadlineOffer(rules: Rules, calendar: Calendar | null, day: string, granted = ""): DeadlineOffer {
  const limit = rules.deadline;
  const min = granted > day ? granted : day;
  if (!limit) return { date: granted > day ? granted : "", min, max: "", provisional: false };
  const { date, provisional } = deadlineFrom(calendar, day, limit);
  const max = limit.max ? deadlineFrom(calendar, day, { days: limit.max, unit: limit.unit }).date : "";
  if (date >= min) return { date, min, max, provisional };
  return { date: min, min, max: max && max < min ? min : max, provisional: false };
}

/** The latest day that runs for what this re-check sends back; empty for a first visit. */
export function grantedUntil(head: Pick<OpenDraft["head"], "task" | "rechecks" | "amends">): string {
  if (head.amends) return head.amends.deadline ?? ""; // time that an order gave is not shortened by amending it
  const back = (head.task?.open_items ?? []).filter((open) => head.rechecks[open.rectification]?.accepted === false);
  return back.map((open) => open.deadline?.slice(0, 10) ?? "").reduce((a, b) => (a > b ? a : b), "");
}

/** Whether something must be put right by a date: investigated items get none. */
export function needsDeadline(draft: OpenDraft, failed: Verdict[]): boolean {
  if (draft.head.purpose === "recheck") return Object.values(draft.head.rechecks).some((each) => !each.accepted);
  return failed.some((verdict) => verdict.measure === "rectify");
}

/** Whether it is only noted, without a paper and without signatures. */
export function isNoted(head: Pick<OpenDraft["head"], "hindered" | "only_note">): boolean {
  return !!head.only_note || (!!head.hindered && head.hindered.kind !== "refused");
}

/** A shut door asks for no paper; a refused entry and a short record, for the record of the visit. */
export function papersNeeded(draft: OpenDraft, failed: Verdict[], forms: Partial<Record<PaperKind, PaperForm>> = {}): PaperKind[] {
  if (isNoted(draft.head)) return [];
  if (draft.head.hindered || draft.head.short) return ["onsite_record"];
  if (draft.head.purpose === "recheck") return draft.head.penalty ? ["onsite_record", "spot_decision"] : ["onsite_record"];
  const kinds: PaperKind[] = ["onsite_record", "result_sheet"];
  if (failed.some((verdict) => verdict.measure === "rectify")) kinds.push("rectification_order");
  if (draft.head.penalty) kinds.push("spot_decision");
  const gone = draft.head.checklists.map(({ id }) => id);
  return kinds.filter((kind) => !forms[kind]?.lists?.length || forms[kind].lists.some((id) => gone.includes(id)));
}

/** The "what was found" text of the on-site record, written by the answers; the inspector may change it. */
export function findingsText(draft: OpenDraft, sheet: Sheet | null, words: Words): string {
  const hindered = draft.head.hindered ?? null;
  if (isNoted(draft.head) || draft.head.short) return "";
  const { present, informed } = draft.head;
  return findingsOf({ ...toldIn(draft, sheet), hindered, present, informed, findings: "" }, itemsOf(sheet), words);
}

/** What the screen shows of an answer: words on a failure stay in the draft when it is taken back, and are not signed. */
function asShown(answer: Answer | undefined): Answer[] {
  if (!answer || answer.answer === "no") return answer ? [answer] : [];
  const { note: _note, safety: _safety, corrected: _corrected, ...shown } = answer;
  return [shown];
}

/** Answers in the order in which they were asked, or what became of the findings at a re-check. */
function toldIn({ head, answers }: OpenDraft, sheet: Sheet | null): Pick<Content, "answers" | "rechecks"> {
  if (head.purpose !== "recheck") return { answers: itemsOf(sheet).flatMap(({ no }) => asShown(answers.get(no))), rechecks: [] };
  return { answers: [], rechecks: (head.task?.open_items ?? []).flatMap((open) => head.rechecks[open.rectification] ?? []) };
}

/** Left out where nobody said anything: such a record is what it always was. */
function voicesIn({ photos }: OpenDraft): Pick<Content, "voices"> {
  const voices = photos.filter(isVoice).map(({ name: _, seconds, ...voice }) => ({ ...voice, seconds: seconds ?? 0 }));
  return voices.length ? { voices } : {};
}

/**
 * What the party says, as the record holds it: what it said of the penalty, where nothing else is written. Both papers
 * are signed at the same moment, so both say the same.
 */
export function statementOf({ statement, penalty }: Pick<OpenDraft["head"], "statement" | "penalty">): string {
  return statement.trim() || penalty?.asked !== "stated" ? statement : penalty.statement.trim();
}

export interface Circumstances {
  device: string;
  app: string;
  ended: string;
  skew: number;
  rules: Rules | null;
  words: Words;
  papers: Content["papers"];
}

function amendsOf({ record, reason, absent, papers }: NonNullable<OpenDraft["head"]["amends"]>, at: string): Content["amends"] {
  return { record, reason: reason.trim(), at, absent, papers };
}

/** The content as it will be digested and signed. */
export function contentOf(draft: OpenDraft, sheet: Sheet | null, at: Circumstances): Content {
  const { head } = draft;
  const hindered = head.hindered ?? null;
  const whole = !hindered && !head.only_note && !head.short;
  const failed = at.rules && sheet ? verdicts(at.rules.decide, sheet, draft.answers) : [];
  const recheck = head.purpose === "recheck";
  const { answers, rechecks } = toldIn(draft, sheet);
  const code = head.task?.check_code ?? head.amends?.check_code;
  const came = at.rules && sheet && whole && !recheck ? overall(at.rules.decide, sheet, failed) : null;
  return {
    task: head.task?.uid ?? head.amends?.task ?? null,
    purpose: head.purpose,
    premises: head.premises.uid,
    checklists: recheck || !whole ? [] : head.checklists,
    mode: hindered ? "hindered" : head.only_note ? "note" : head.short ? "short" : "full",
    device: at.device,
    app: at.app,
    started: head.started,
    ended: head.amends?.ended ?? at.ended,
    clock_skew_ms: at.skew,
    place: head.place,
    inspectors: head.inspectors.map((each) => ({ ...each, certificate_no: each.certificate_no ?? "" })),
    present: head.present,
    informed: head.informed,
    answers,
    photos: draft.photos.filter((each) => !isVoice(each)).map(({ name: _, ...photo }) => photo),
    ...voicesIn(draft),
    findings: head.findings?.trim() ? head.findings : findingsText(draft, sheet, at.words),
    statement: whole ? statementOf(head) : head.statement,
    outcome: came && {
      result: came.result,
      items: failed.map(({ item, measure }) => ({ item: item.no, measure })),
      lists: came.lists,
      rules_version: at.rules!.decide.version,
    },
    deadline: needsDeadline(draft, failed) ? draft.head.deadline : null,
    refused: head.refused,
    rechecks,
    papers: at.papers,
    hindered,
    unlisted: head.unlisted ?? null,
    ...(code ? { check_code: code } : {}),
    ...(head.amends ? { amends: amendsOf(head.amends, at.ended) } : {}),
    ...(head.penalty && whole ? { penalty: penaltyOf(head.penalty, at.rules?.spot) } : {}),
  };
}
