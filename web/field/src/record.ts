/** The record that a phone sends, schema 3 (the first had neither `hindered` nor `unlisted`, the second went by one list). What stands in `content` is what is digested, shown and signed. */
import type { Measure, PaperKind, Purpose, Result } from "./contract";

export const SCHEMA = 3;

/** Why a visit could not be made, in the order in which they are offered. */
export const HINDERED = ["shut", "repair", "closed_down", "moved", "not_found", "refused"] as const;
export type HinderedKind = (typeof HINDERED)[number];

export interface Hindered {
  kind: HinderedKind;
  note: string;
  /** The day that the officer gives (repair). */
  again: string | null;
  /** The new address, as far as it is known (moved). */
  address: string;
}

/** A place that was not on this phone, entered at its door. */
export interface Unlisted {
  name: string;
  trade: string;
  licensed: "yes" | "no" | "not_shown";
  where: string;
}

/** What was measured of one kind. */
export interface Reading {
  of: string;
  value: string;
  unit?: string;
}

/** A product that was looked at: its code as printed, and what stands beside it; `date` as it is printed. */
export interface Product {
  code: string;
  name: string;
  lot?: string;
  date?: string;
}

export interface Answer {
  item: string;
  answer: "yes" | "no" | "na";
  /** "trade": the item is not for such premises, and the inspector left it so. */
  by: "tap" | "section" | "trade";
  at: string;
  value?: string;
  unit?: string;
  /** Instead of `value`, where the item has limits by kind. */
  readings?: Reading[];
  note?: string;
  safety?: boolean;
  corrected?: boolean;
  photos?: string[];
  /** Only where a product was looked at. */
  products?: Product[];
}

export interface PhotoFact {
  sha256: string;
  size: number;
  type: string;
  taken: string;
  lat?: string;
  lon?: string;
  accuracy?: number;
  item?: string;
  /** A picture that was drawn on another one: the digest of that photo, which stays as it was taken. */
  of?: string;
}

/** What was said into the phone at an item. */
export interface VoiceFact extends PhotoFact {
  seconds: number;
}

export interface Place {
  lat: string;
  lon: string;
  accuracy: number;
}

/** That he will not sign: why, and who signs as a witness, or else why there is none. */
export interface Refused {
  reason: string;
  witness: string;
  no_witness?: string;
}

export interface Signer {
  id: number | string;
  name: string;
  certificate_no: string | null;
}

export interface Recheck {
  rectification: string;
  accepted: boolean;
  note: string;
  photos: string[];
}

/** A penalty that was decided at the visit: one act, one decision. The fine in whole yuan, 0 for none. */
export interface Penalty {
  item: string;
  facts: string;
  violated: string;
  basis: string;
  warning: boolean;
  fine: number;
  /** Reasons, facts, basis and rights were told before it was decided. */
  told: boolean;
  statement: string;
  heard: "none" | "adopted" | "declined";
  answer: string;
  payment: "none" | "bank" | "cash";
  cash_ground: string;
  receipt: string;
  /** The order that was not obeyed, where the law punishes only that. */
  ordered?: string;
  /** To pay within, and where, as the decision says. */
  days: number | null;
  at: string;
}

/** What the visit came to by one of its lists. */
export interface ListResult {
  id: string;
  result: Result;
}

/** That the record is a new version of one that was sent: which, why, when it was laid down, and whether the other side was there to sign. */
export interface Amends {
  record: string;
  reason: string;
  at: string;
  absent: boolean;
  papers: { kind: PaperKind; number: string | null }[];
}

export interface Content {
  task: string | null;
  purpose: Purpose;
  premises: string;
  /** The lists that it went by, in their order; none at a re-check, which judges findings. */
  checklists: { id: string; version: number }[];
  /** "note": only that the place is there; "short": what was seen there, without a checklist. */
  mode: "full" | "note" | "short" | "hindered";
  device: string;
  app: string;
  started: string;
  ended: string;
  clock_skew_ms: number;
  place: Place | null;
  inspectors: Signer[];
  /** `left`: nobody stayed to be asked, or to sign. */
  present: { name: string; role: string; left?: boolean };
  informed: { cards_shown: boolean; rights_told: boolean; recusal: "no" | "yes" };
  answers: Answer[];
  photos: PhotoFact[];
  /** Only where something was said. */
  voices?: VoiceFact[];
  findings: string;
  statement: string;
  /** Null for a re-check, which judges findings one by one. */
  outcome: { result: Result; items: { item: string; measure: Measure }[]; lists: ListResult[]; rules_version: number } | null;
  deadline: string | null;
  refused: Refused | null;
  rechecks: Recheck[];
  papers: { kind: PaperKind; number: string | null; code: string | null }[];
  hindered: Hindered | null;
  unlisted: Unlisted | null;
  /** The superiors' code of this visit, where one was issued before it. */
  check_code?: string;
  /** Only in a new version; the times of the visit stay those of the visit. */
  amends?: Amends;
  /** Only where something was punished on the spot. */
  penalty?: Penalty;
}

export type Stroke = [number, number, number][];

export type SignerRole = "inspector1" | "inspector2" | "party" | "witness";

export interface Signature {
  who: SignerRole;
  name: string;
  certificate_no?: string;
  strokes: Stroke[];
  at: string;
}

export interface FieldRecord {
  schema: number;
  id: string;
  kind: "inspection";
  content: Content;
  digest: string;
  signatures: Signature[];
  /** Only at a reached cap. Beside what is signed: whoever complained could be found by it. */
  outside?: OutsideCap;
}

/** Why a visit stands outside the yearly cap, and what calls for it. */
export interface OutsideCap {
  ground: string;
  reason: string;
}

/** What is otherwise at the door than the phone knew; it becomes a proposal that the desk decides. */
export interface Change {
  what: "phone" | "contact" | "sign" | "pin";
  old: Record<string, string> | null;
  new: Record<string, string>;
}

export interface Correction {
  schema: number;
  id: string;
  kind: "correction";
  content: { premises: string; visit: string | null; device: string; app: string; made: string; changes: Change[] };
}
