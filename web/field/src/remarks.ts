/**
 * An officer's own wordings of a failure, kept on this phone for each item of each list: the last that were signed for.
 * They lie sealed, since they may tell of a shop, and are offered beside the checklist's wordings.
 */
import type { Vault } from "./crypto";
import type { FieldDb } from "./db";
import { placesOf, type Sheet } from "./joining";
import type { Answer } from "./record";
import { ifRoom } from "./storage";

/** Between the wordings of one note. */
export const JOINT = "；";
const KEPT = 4;
/** Longer than this it is a story of one place, not a wording. */
const LONGEST = 60;

interface Store {
  db: FieldDb;
  vault: Vault;
}

/** The wordings that a note consists of. */
export function partsOf(note: string | undefined): string[] {
  return (note ?? "").split(JOINT).map((part) => part.trim()).filter(Boolean);
}

/** A wording goes into the note, and out of it again; what was typed beside it stays. */
export function toggled(note: string | undefined, wording: string): string {
  const parts = partsOf(note);
  return (parts.includes(wording) ? parts.filter((part) => part !== wording) : [...parts, wording]).join(JOINT);
}

/** An item's own key in each of its lists, whatever numbers this visit gives it and whichever version the list has. */
export function keysOf(sheet: Sheet | null, no: string): string[] {
  const item = sheet?.sections.flatMap((section) => section.items).find((each) => each.no === no);
  return item && sheet ? placesOf(sheet, item).map((place) => `${place.id} ${place.no}`) : [];
}

export async function remarksOf({ db, vault }: Store, keys: string[]): Promise<string[]> {
  const rows = (await db.remarks.bulkGet(keys)).filter((row) => row !== undefined);
  const told = await Promise.all(rows.map((row) => vault.openJson<string[]>(row.box, `remarks/${row.item}`)));
  return [...new Set(told.flat())].slice(0, KEPT);
}

/** Remembers what was written of the failed items, the newest first; without room for it the visit is done all the same. */
export async function remember(store: Store, sheet: Sheet | null, answers: Answer[]): Promise<void> {
  for (const { item, note } of answers.filter((answer) => answer.answer === "no")) {
    const offered = sheet?.sections.flatMap((section) => section.items).find((each) => each.no === item)?.phrases ?? [];
    const own = partsOf(note).filter((part) => part.length <= LONGEST && !offered.includes(part));
    if (!own.length) continue;
    for (const key of keysOf(sheet, item)) {
      const kept = [...new Set([...own, ...(await remarksOf(store, [key]))])].slice(0, KEPT);
      await ifRoom(store.db.remarks.put({ item: key, box: await store.vault.sealJson(kept, `remarks/${key}`) }));
    }
  }
}
