/**
 * Which checklists a visit goes by: the server's rule (`programmes/inspection/checklists/applying.py`);
 * `tests/fixtures/applying.json` holds both sides to it.
 */
import type { Checklist } from "./contract";

/** What of a place the lists ask for. */
export interface Place {
  trade: string;
  licences: { kind: string; number: string }[];
  industry: string;
  /** Of which lasting kinds something is registered there (equipment). */
  registered?: string[];
}

type Fit = Pick<Checklist, "id" | "applies"> & Partial<Pick<Checklist, "licences" | "industries" | "registers">>;

/** Whether a list is for a place: by its trade, one of its licences, its industry (beginning of the code), or something that is registered there. */
export function fits({ applies, licences = [], industries = [], registers = [] }: Fit, place: Place): boolean {
  const asked = applies.includes(place.trade) || licences.some((wanted) => holds(place, wanted)) || industries.some((beginning) => place.industry.startsWith(beginning));
  return asked || registers.some((kind) => place.registered?.includes(kind));
}

/** Whether it has such a licence: a kind, or kind:beginning of the number. */
function holds({ licences }: Place, wanted: string): boolean {
  const [kind, beginning = ""] = wanted.split(":");
  return licences.some((licence) => licence.kind === kind && licence.number.startsWith(beginning));
}

/** Those of the lists that are for a place: its trade's first, then by code. */
export function fitting<L extends Fit>(lists: L[], place: Place): L[] {
  const first = (list: L) => (list.applies.includes(place.trade) ? 0 : 1);
  return lists.filter((list) => fits(list, place)).sort((a, b) => first(a) - first(b) || (a.id < b.id ? -1 : 1));
}

/** The list with the rule that says on a day for which places it is: the bureau's own, where one has begun. */
export function ruledOn<L extends Pick<Checklist, "ruled">>(list: L, day: string): L {
  const begun = (list.ruled ?? []).filter(({ since }) => since <= day).sort((a, b) => (a.since < b.since ? -1 : 1));
  const { applies, licences, industries, registers = [] } = begun[begun.length - 1] ?? {};
  return applies ? { ...list, applies, licences, industries, registers } : list;
}

/** The versions in force on a day, one of each list, by code, each with its rule of that day. */
export function inForce(all: Checklist[], day: string): Checklist[] {
  const newest = new Map<string, Checklist>();
  for (const list of all) {
    if ((list.since && list.since > day) || (list.until && list.until < day)) continue;
    const other = newest.get(list.id);
    if (!other || other.version < list.version) newest.set(list.id, list);
  }
  return [...newest.values()].map((list) => ruledOn(list, day)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What is offered for a visit: the lists in their order, those that are ticked, and those that may be taken along. */
export interface Offer {
  lists: Checklist[];
  chosen: Checklist[];
  others: Checklist[];
  /** Whether the place or a task says which lists; else the officer chooses among all. */
  fitting: boolean;
}

/** The list that a task names stands alone, in its version of the day; without one, all that are for the place are taken. */
export function offerFor(all: Checklist[], place: Place, day: string, asked: { id: string } | null): Offer {
  const every = inForce(all, day);
  const found = fitting(every, place);
  const named = every.find(({ id }) => id === asked?.id);
  const lists = named ? [named, ...found.filter((list) => list !== named)] : found.length ? found : every;
  const chosen = named || !found.length ? lists.slice(0, 1) : lists;
  return { lists, chosen, others: every.filter((list) => !lists.includes(list)), fitting: !!named || found.length > 0 };
}
