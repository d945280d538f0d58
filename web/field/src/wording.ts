/**
 * What a visit found, in words: the server's rule (`programmes/inspection/wording.py`), in the words of the pack's form
 * of the record of the visit; `tests/fixtures/record_inspection_1*.json` hold both sides to it.
 */
import type { CheckItem, PaperForm } from "./contract";
import { outside, readingSaid, readingsOf } from "./decide";
import { t } from "./i18n";
import type { Answer, Content, Product } from "./record";

export const WORDS = ["measured", "unmet", "joint", "corrected", "some", "none", "rechecked", "line", "of_item", "entry_cards", "entry_rights", "entry_recusal", "entry_refused", "entry_by", "entry_somebody", "product", "lot", "date"] as const;
export type Words = Record<(typeof WORDS)[number], string>;

const LINES = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const STOPS = /[。.；; ]+$/;

/** The pack's words; the app's own where a pack brings none. */
export function wordsOf(form: PaperForm | undefined): Words {
  const told = form?.texts?.found;
  const pack = typeof told === "object" ? told : {};
  return Object.fromEntries(WORDS.map((key) => [key, pack[key] ?? t(`found.${key}`)])) as Words;
}

function fill(sentence: string, facts: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole));
}

/** What was found at a failed item, without a full stop; the item is undefined where the list does not have it. */
export function foundOf(item: Pick<CheckItem, "text" | "answer"> | undefined, given: Answer, words: Words): string {
  const { note = "" } = given;
  const said = note.split(LINES).map((line) => line.trim().replace(STOPS, ""));
  const parts = said.filter(Boolean);
  const told = parts.length > 0;
  const readings = readingsOf(given);
  const beyond = item && given.readings ? outside(item, readings) : readings;
  const measured = (beyond.length ? beyond : readings).filter(({ value }) => !named(value, note));
  if (measured.length) parts.push(fill(words.measured, { value: measured.map(readingSaid).join(words.joint) }));
  if (!told) parts.push(fill(words.unmet, { text: (item?.text || given.item).replace(STOPS, "") }));
  parts.push(...(given.products ?? []).map((each) => productSaid(each, words)));
  return parts.join(words.joint);
}

/** A product with its code and what is printed on it. */
export function productSaid({ code, name, lot, date }: Product, words: Words): string {
  const said = [fill(words.product, { name, code }).replace(/ {2,}/g, " ").trim()];
  if (lot) said.push(fill(words.lot, { lot }));
  if (date) said.push(fill(words.date, { date }));
  return said.join(" ");
}

/** Whether the note names the value as a number of its own: 2 is not named by "-12 ℃", nor 50 by "250 mg/L". */
function named(value: string, note: string): boolean {
  return new RegExp(`(?<![\\d.−-])${value.replace(/[.-]/g, "\\$&")}(?![\\d.])`).test(note);
}

type Told = Pick<Content, "findings" | "answers" | "rechecks"> & Partial<Pick<Content, "hindered" | "present" | "informed">>;

/** What the record of the visit tells: the officer's own words, or the sentence that his answers make. */
export function findingsOf(content: Told, items: CheckItem[], words: Words): string {
  if (content.findings.trim()) return content.findings;
  if (content.hindered?.kind === "refused") return entry(content, words, content.hindered.note.trim().replace(STOPS, ""));
  if (content.rechecks.length && !content.answers.length) return rechecked(content, words);
  const place = new Map(items.map((item, n) => [item.no, n]));
  const at = (no: string) => place.get(no) ?? items.length;
  const failed = content.answers.filter((each) => each.answer === "no").sort((a, b) => at(a.item) - at(b.item));
  const n = content.answers.filter((each) => each.answer !== "na").length;
  if (!failed.length) return fill(words.none, { n });
  const told = failed.map((each): [string, string] => {
    const found = foundOf(items[at(each.item)], each, words);
    return [each.corrected ? `${found}${words.joint}${words.corrected}` : found, each.item];
  });
  return [fill(words.some, { n }), ...lines(told, words)].join("\n");
}

/** What the officers did at the barred door, only what they ticked, and what they were told. */
function entry({ present, informed }: Told, words: Words, note: string): string {
  const { name = "", role = "" } = present ?? {};
  const who = (name && role ? fill(words.entry_by, { name, role }) : name) || words.entry_somebody;
  const done = [informed?.cards_shown && words.entry_cards, informed?.rights_told && words.entry_rights, informed?.recusal === "yes" && words.entry_recusal];
  return [...done, fill(words.entry_refused, { who, note })].filter(Boolean).join("\n");
}

function rechecked({ rechecks }: Told, words: Words): string {
  const accepted = rechecks.filter((each) => each.accepted).length;
  const head = fill(words.rechecked, { n: rechecks.length, accepted, open: rechecks.length - accepted });
  return [head, ...lines(rechecks.map((each) => [each.note.trim(), ""]), words)].join("\n");
}

/** Numbered lines, without those that say nothing; a number of the checklist stands behind. */
function lines(told: [string, string][], words: Words): string[] {
  return told
    .map(([text, no]): [string, string] => [text.replace(STOPS, ""), no])
    .filter(([text]) => text)
    .map(([text, no], i) => fill(words.line, { n: i + 1, text: no ? fill(words.of_item, { text, no }) : text }));
}
