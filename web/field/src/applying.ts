/**
 * Which checklists a visit goes by: the server's rule (`programmes/inspection/checklists/applying.py`);
 * `tests/fixtures/applying.json` holds both sides to it.
 */
import type { Checklist, ListRule } from "./contract";

/** What of a place the rules ask for. */
export interface Place {
  trade: string;
  licences: { kind: string; number: string }[];
  industry: string;
}

/** A place fits a rule if it fits every part that is not empty; a rule without any part is for none. */
export function fits({ trades = [], licences = [], industries = [] }: ListRule, place: Place): boolean {
  const parts: boolean[] = [];
  if (trades.length) parts.push(trades.includes(place.trade));
  if (licences.length) parts.push(licences.some((wanted) => held(wanted, place.licences)));
  if (industries.length) parts.push(industries.some((beginning) => place.industry.startsWith(beginning)));
  return parts.length > 0 && parts.every(Boolean);
}

function held(wanted: string, licences: Place["licences"]): boolean {
  const [kind, beginning = ""] = wanted.split(":");
  return licences.some((licence) => licence.kind === kind && licence.number.startsWith(beginning));
}

/** The lists that are for a place: those for its trade first, then by code. */
export function codesFor(place: Place, rules: ListRule[]): string[] {
  const fitting = new Map<string, boolean>();
  for (const rule of rules) {
    if (fits(rule, place)) fitting.set(rule.list, fitting.get(rule.list) || !!rule.trades?.length);
  }
  const first = (code: string) => (fitting.get(code) ? 0 : 1);
  return [...fitting.keys()].sort((a, b) => first(a) - first(b) || (a < b ? -1 : 1));
}

/** The versions in force on a day, one of each list, by code. */
export function inForce(all: Checklist[], day: string): Checklist[] {
  const newest = new Map<string, Checklist>();
  for (const list of all) {
    if ((list.since && list.since > day) || (list.until && list.until < day)) continue;
    const other = newest.get(list.id);
    if (!other || other.version < list.version) newest.set(list.id, list);
  }
  return [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The lists for a place, its trade's first, and whether they are for it: while nothing of it is known, all are offered. */
export function listsFor(all: Checklist[], place: Place, rules: ListRule[], day: string): { lists: Checklist[]; fitting: boolean } {
  const lists = inForce(all, day);
  const codes = place.trade || place.licences.length ? codesFor(place, rules) : [];
  const known = new Map(lists.map((list) => [list.id, list]));
  const chosen = codes.flatMap((code) => known.get(code) ?? []);
  return chosen.length ? { lists: chosen, fitting: true } : { lists, fitting: false };
}
