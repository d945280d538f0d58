/**
 * The checklists of one visit as one sheet, nothing asked twice: the server's rule (`programmes/inspection/joining.py`,
 * where it is written out); `tests/fixtures/joined.json` holds both sides to it.
 */
import type { CheckItem, Checklist, Section } from "./contract";

/** An item as a visit asks it; of several lists it tells which item of which list it answers. */
export interface Asked extends CheckItem {
  lists?: ListItem[];
}

export interface ListItem {
  id: string;
  no: string;
  key: boolean;
}

export interface AskedSection extends Section {
  items: Asked[];
}

/** What a visit asks: its lists in their order, and their sections as one. */
export interface Sheet {
  lists: Listed[];
  sections: AskedSection[];
}

export type Listed = Pick<Checklist, "id" | "version" | "title" | "number" | "basis" | "sections"> & Partial<Pick<Checklist, "short">>;

const PHRASES = 8;

export function join(lists: Listed[]): Sheet {
  if (lists.length < 2) return { lists, sections: lists.flatMap((list) => list.sections) };
  const names = shortNames(lists);
  const asked = new Map<string, Asked>();
  const sections = lists.flatMap((list, n) => list.sections.map((section) => joined(list, names[n]!, section, asked)));
  return { lists, sections: sections.filter((section) => section.items.length) };
}

/** What stands before the numbers of each list: its short name, or the letter of its place. */
export function shortNames(lists: Pick<Listed, "short">[]): string[] {
  const names = lists.map((list) => list.short ?? "");
  const telling = names.every(Boolean) && new Set(names).size === names.length;
  return telling ? names : lists.map((_, n) => String.fromCharCode(65 + n));
}

function joined(list: Listed, short: string, section: Section, asked: Map<string, Asked>): AskedSection {
  const items: Asked[] = [];
  for (const item of section.items) {
    const own = { id: list.id, no: item.no, key: item.key };
    const same = item.same ? asked.get(item.same) : undefined;
    if (same) {
      answersFor(same, item, own);
      continue;
    }
    const made = { ...item, no: `${short} ${item.no}`, lists: [own] };
    if (item.same) asked.set(item.same, made);
    items.push(made);
  }
  return { ...section, no: `${short} ${section.no}`, title: `${short} · ${section.title}`, items };
}

function answersFor(made: Asked, item: CheckItem, own: ListItem): void {
  made.lists = [...made.lists!, own];
  made.key ||= item.key;
  made.may_na &&= item.may_na;
  made.photo ||= item.photo;
  made.verified &&= item.verified;
  made.basis = grounds([made.basis, item.basis]).join("；");
  const trades = made.applies;
  delete made.applies;
  if (trades?.length && item.applies?.length) made.applies = [...new Set([...trades, ...item.applies])];
  const phrases = [...new Set([...(made.phrases ?? []), ...(item.phrases ?? [])])].slice(0, PHRASES);
  if (phrases.length) made.phrases = phrases;
}

/** Every ground once; several in one text are parted by semicolons. */
export function grounds(named: string[]): string[] {
  return [...new Set(named.flatMap((text) => text.split(/[;；]/).map((ground) => ground.trim())).filter(Boolean))];
}

export function itemsOf(sheet: Pick<Sheet, "sections"> | null): Asked[] {
  return (sheet?.sections ?? []).flatMap((section) => section.items);
}

/** Which item of which list an item answers. */
export function placesOf(sheet: Sheet, item: Asked): ListItem[] {
  return item.lists ?? sheet.lists.map(({ id }) => ({ id, no: item.no, key: item.key }));
}

/** The part of a sheet that belongs to some of its lists, under the same numbers; all of it if none of them does. */
export function only(sheet: Sheet, wanted: string[]): Sheet {
  const lists = sheet.lists.filter(({ id }) => wanted.includes(id));
  if (!lists.length || lists.length === sheet.lists.length) return sheet;
  const kept = (item: Asked) => item.lists?.some(({ id }) => wanted.includes(id)) === true;
  const sections = sheet.sections.map((section) => ({ ...section, items: section.items.filter(kept) }));
  return { lists, sections: sections.filter((section) => section.items.length) };
}

export const titleOf = (sheet: Sheet) => sheet.lists.map((list) => list.title).join("、");
export const numberOf = (sheet: Sheet) => sheet.lists.map((list) => list.number).filter(Boolean).join("；");
export const basisOf = (sheet: Sheet) => [...new Set(sheet.lists.map((list) => list.basis).filter(Boolean))].join("；");
