/** The record that a phone sends, schema 1. What stands in `content` is what is digested, shown and signed. */
import type { Measure, PaperKind, Purpose, Result } from "./contract";

export const SCHEMA = 1;

export interface Answer {
  item: string;
  answer: "yes" | "no" | "na";
  /** "trade": the item is not for such premises, and the inspector left it so. */
  by: "tap" | "section" | "trade";
  at: string;
  value?: string;
  unit?: string;
  note?: string;
  safety?: boolean;
  corrected?: boolean;
  photos?: string[];
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
}

export interface Place {
  lat: string;
  lon: string;
  accuracy: number;
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

export interface Content {
  task: string | null;
  purpose: Purpose;
  premises: string;
  checklist: { id: string; version: number } | null;
  mode: "full";
  device: string;
  app: string;
  started: string;
  ended: string;
  clock_skew_ms: number;
  place: Place | null;
  inspectors: Signer[];
  present: { name: string; role: string };
  informed: { cards_shown: boolean; rights_told: boolean; recusal: "no" | "yes" };
  answers: Answer[];
  photos: PhotoFact[];
  findings: string;
  statement: string;
  /** Null for a re-check, which judges findings one by one. */
  outcome: { result: Result; items: { item: string; measure: Measure }[]; rules_version: number } | null;
  deadline: string | null;
  refused: { reason: string; witness: string } | null;
  rechecks: Recheck[];
  papers: { kind: PaperKind; number: string | null; code: string | null }[];
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
}
