/**
 * The facts of each paper, made from what was signed and what the phone knew: the same JSON that the server makes
 * (`programmes/inspection/papers.py`); one fixture holds both sides to it.
 */
import type { CheckItem, PaperKind } from "./contract";
import { gravest, readingSaid } from "./decide";
import { basisOf, grounds, numberOf, placesOf, titleOf, type Asked, type Sheet } from "./joining";
import type { Answer, Content, FieldRecord, Penalty, Place, Refused } from "./record";
import { capital } from "./yuan";
import { findingsOf, foundOf, productSaid, type Words } from "./wording";

/** What the phone holds beside the record. */
export interface Known {
  premises: {
    name: string;
    address: string | null;
    entity: { name: string; code: string | null; representative: string | null; phone: string | null };
    licences: { number: string }[];
  };
  /** The lists of the visit as one, or of them what belongs to the paper. */
  sheet: Sheet | null;
  organ: { name: string; phone?: string } | null;
  /** How the pack tells what was found. */
  words: Words;
  /** Of the form: the articles by which it is issued, by checklist. */
  grounds?: { lists: string[]; basis: string }[];
  /** Of the form: how a ground names its items where it is not that of all. */
  ground_items?: string;
}

type Signed = Pick<FieldRecord, "id" | "schema" | "digest" | "content">;

export interface Common {
  organ: string;
  party: { name: string; code: string; address: string; representative: string; phone: string };
  inspectors: { name: string; certificate_no: string }[];
  record: { id: string; schema: number; digest: string };
  check_code?: string;
  amends?: { number: string; reason: string; at: string; absent: boolean };
  /** What was drawn on photos: the marked copy by its digest, and the photo that it was drawn on. */
  pictures?: { item: string; taken: string; sha256: string; of: string }[];
}
interface Numbers {
  key: string[];
  general: string[];
}
interface Refusal {
  refused: Refused | null;
}
interface Who {
  present: { name: string; role: string };
  purpose: string;
  list: string;
  statement: string;
}

export type Unasked = "barred" | "left";

export interface OnsiteRecord extends Common, Refusal, Who {
  started: string;
  ended: string;
  place: string;
  position: Place | null;
  cards_shown: boolean;
  rights_told: boolean;
  recusal: string;
  findings: string;
  /** Why nothing was put to the other side: entry was refused, or nobody stayed. */
  unasked?: Unasked;
  /** Of a re-check that sends something back: by when it must be put right now. */
  deadline?: string;
}

export interface ResultSheet extends Common, Refusal, Who {
  licences: string[];
  ended: string;
  list_number: string;
  basis: string;
  checked: Numbers;
  failed: Numbers;
  skipped: Numbers;
  result: string;
  measures: Record<"corrected" | "rectify" | "investigate", string[]>;
  deadline: string | null;
  rows: { section: string; no: string; key: boolean; text: string; answer: Answer["answer"]; value: string; note: string }[];
}

export interface RectificationOrder extends Common, Refusal {
  ended: string;
  found: { no: string; found: string; text: string; basis: string }[];
  against: string[];
  ordered_by: string[];
  deadline: string | null;
  required: string[];
  phone: string;
}

/** A penalty on the spot; the fine is empty where there is none. */
export interface SpotDecision extends Common, Refusal, Omit<Penalty, "fine" | "days" | "at" | "ordered"> {
  ordered: string;
  ended: string;
  place: string;
  present: { name: string; role: string };
  phone: string;
  fine: string;
  fine_words: string;
  days: string;
  pay_at: string;
}

/** Local to the minute, as papers tell it: the phone writes its own wall clock with the offset behind. */
const wall = (at: string) => at.slice(0, 16);

function itemsIn(known: Known): (Asked & { section: string })[] {
  return (known.sheet?.sections ?? []).flatMap(({ title, items }) => items.map((item) => ({ ...item, section: title })));
}

function givenOf({ content }: Signed): Map<string, Answer> {
  return new Map(content.answers.map((answer) => [answer.item, answer]));
}

const measured = ({ readings, value = "", unit = "" }: Answer) => readings?.map(readingSaid).join("；") ?? value + unit;

/** What was written at an item, and the products that were looked at. */
const noted = ({ note = "", products = [] }: Answer, words: Words) => [note, ...products.map((each) => productSaid(each, words))].filter(Boolean).join(words.joint);

function common({ id, schema, digest, content }: Signed, known: Known): Common {
  const { entity } = known.premises;
  return {
    organ: known.organ?.name ?? "",
    party: {
      name: entity.name,
      code: entity.code ?? "",
      address: known.premises.address ?? "",
      representative: entity.representative ?? "",
      phone: entity.phone ?? "",
    },
    inspectors: content.inspectors.map(({ name, certificate_no }) => ({ name, certificate_no: certificate_no ?? "" })),
    record: { id, schema, digest },
    ...(content.check_code ? { check_code: content.check_code } : {}),
  };
}

/** A drawing whose photo is not in the record stands on no paper; `items`: of these alone. */
function picturesOf({ photos }: Content, items?: Set<string>): Pick<Common, "pictures"> {
  const taken = new Set(photos.filter((photo) => !photo.of).map((photo) => photo.sha256));
  const pictures = photos
    .filter(({ of, item = "" }) => of && taken.has(of) && (!items || items.has(item)))
    .map(({ item = "", taken: at, sha256, of }) => ({ item, taken: wall(at), sha256, of: of! }));
  return pictures.length ? { pictures } : {};
}

/** That the paper takes the place of one of its kind, or comes to those of a version before; and why. */
export function amendsOf({ amends }: Content, kind: PaperKind): Pick<Common, "amends"> {
  if (!amends) return {};
  const number = amends.papers.find((one) => one.kind === kind)?.number ?? "";
  return { amends: { number, reason: amends.reason, at: wall(amends.at), absent: amends.absent } };
}

const whoOf = ({ present: { name, role } }: Content): Who["present"] => ({ name, role });

function unaskedOf(content: Content): Unasked | "" {
  if (content.hindered?.kind === "refused") return "barred";
  return content.present.left ? "left" : "";
}

export function onsiteRecord(record: Signed, known: Known): OnsiteRecord {
  const { content } = record;
  const unasked = unaskedOf(content);
  return {
    ...common(record, known),
    started: wall(content.started),
    ended: wall(content.ended),
    place: `${known.premises.name} ${known.premises.address ?? ""}`.trim(),
    position: content.place,
    present: whoOf(content),
    purpose: content.purpose,
    list: known.sheet ? titleOf(known.sheet) : "",
    cards_shown: content.informed.cards_shown,
    rights_told: content.informed.rights_told,
    recusal: content.informed.recusal,
    findings: findingsOf(content, itemsIn(known), known.words),
    statement: content.statement,
    refused: content.refused,
    ...(unasked ? { unasked } : {}),
    ...(content.rechecks.length && content.deadline ? { deadline: content.deadline } : {}),
    ...picturesOf(content),
  };
}

function numbers(items: CheckItem[], wanted: (no: string) => boolean): Numbers {
  const chosen = items.filter((item) => wanted(item.no));
  const nos = (key: boolean) => chosen.filter((item) => item.key === key).map((item) => item.no);
  return { key: nos(true), general: nos(false) };
}

export function resultSheet(record: Signed, known: Known): ResultSheet {
  const { content } = record;
  const items = itemsIn(known);
  const given = givenOf(record);
  const is = (no: string) => given.get(no)?.answer;
  const measures: ResultSheet["measures"] = { corrected: [], rectify: [], investigate: [] };
  const own = new Set(items.map((item) => item.no));
  for (const one of content.outcome?.items ?? []) if (own.has(one.item) || !items.length) measures[one.measure].push(one.item);
  const lists = known.sheet?.lists.map(({ id }) => id) ?? [];
  const results = (content.outcome?.lists ?? []).filter(({ id }) => !lists.length || lists.includes(id)).map(({ result }) => result);
  return {
    ...common(record, known),
    licences: known.premises.licences.map((licence) => licence.number),
    present: whoOf(content),
    purpose: content.purpose,
    ended: wall(content.ended),
    list: known.sheet ? titleOf(known.sheet) : "",
    list_number: known.sheet ? numberOf(known.sheet) : "",
    basis: known.sheet ? basisOf(known.sheet) : "",
    checked: numbers(items, (no) => is(no) === "yes" || is(no) === "no"),
    failed: numbers(items, (no) => is(no) === "no"),
    skipped: numbers(items, (no) => is(no) === "na"),
    result: gravest(results) ?? "",
    measures,
    deadline: content.deadline,
    statement: content.statement,
    refused: content.refused,
    rows: items.flatMap(({ section, no, key, text }) => {
      const answer = given.get(no);
      return answer ? [{ section, no, key, text, answer: answer.answer, value: measured(answer), note: noted(answer, known.words) }] : [];
    }),
    ...picturesOf(content, new Set(items.filter(({ no }) => given.has(no)).map(({ no }) => no))),
  };
}

export function rectificationOrder(record: Signed, known: Known): RectificationOrder {
  const { content } = record;
  const given = givenOf(record);
  const due = new Set((content.outcome?.items ?? []).filter((one) => one.measure === "rectify").map((one) => one.item));
  const items = itemsIn(known).filter((item) => due.has(item.no) && given.has(item.no));
  return {
    ...common(record, known),
    ended: wall(content.ended),
    found: items.map((item) => ({
      no: item.no,
      found: foundOf(item, given.get(item.no)!, known.words),
      text: item.text,
      basis: item.basis,
    })),
    against: grounds(items.map((item) => item.basis)),
    ordered_by: orderedBy(known, items),
    deadline: content.deadline,
    required: items.map((item) => item.fix || item.text),
    phone: known.organ?.phone ?? "",
    refused: content.refused,
    ...picturesOf(content, new Set(items.map((item) => item.no))),
  };
}

/**
 * The articles by which what was found at these items is ordered to be put right, each once. One that is not the law of
 * all of them says of which it is: what no article is named for is ordered by none.
 */
function orderedBy({ sheet, grounds: told = [], ground_items: said = "{ground} ({nos})" }: Known, items: Asked[]): string[] {
  const asks = (item: Asked, lists: string[]) => sheet !== null && placesOf(sheet, item).some(({ id }) => lists.includes(id));
  return [...new Set(told.map((one) => one.basis))].flatMap((basis) => {
    const lists = told.filter((one) => one.basis === basis).flatMap((one) => one.lists);
    const nos = items.filter((item) => asks(item, lists)).map((item) => item.no);
    if (!nos.length || nos.length === items.length) return nos.length ? [basis] : [];
    return [said.replace(/\{(ground|nos)\}/g, (_, part) => (part === "nos" ? nos.join("、") : basis))];
  });
}

export function spotDecision(record: Signed, known: Known): SpotDecision {
  const { content } = record;
  const { fine, days, at, ordered = "", ...penalty } = content.penalty!;
  return {
    ...common(record, known),
    ended: wall(content.ended),
    place: `${known.premises.name} ${known.premises.address ?? ""}`.trim(),
    present: whoOf(content),
    phone: known.organ?.phone ?? "",
    refused: content.refused,
    ...penalty,
    ordered,
    fine: fine ? String(fine) : "",
    fine_words: fine ? capital(fine) : "",
    days: days === null ? "" : String(days),
    pay_at: at,
  };
}

export const BUILDERS: Record<PaperKind, (record: Signed, known: Known) => OnsiteRecord | ResultSheet | RectificationOrder | SpotDecision> = {
  onsite_record: onsiteRecord,
  result_sheet: resultSheet,
  rectification_order: rectificationOrder,
  spot_decision: spotDecision,
};
