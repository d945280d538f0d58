/** Finding a shop on the phone: by door code, or by any part of its name, address or registration code. */
import type { Premises } from "./contract";
import type { FieldDb } from "./db";
import { looksLikeCode, tidyCode } from "./doorcode";

const MOST = 30;

/** Words that must all occur somewhere in what is known of the shop. */
export function matches(shop: Premises, words: string[]): boolean {
  const { entity } = shop;
  const text = [shop.name, entity.name, entity.code, shop.address, shop.door_code].filter(Boolean).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export async function findShops(db: FieldDb, query: string): Promise<Premises[]> {
  const code = tidyCode(query);
  if (looksLikeCode(code)) {
    const exact = await shopByCode(db, code);
    if (exact) return [exact];
    const before = await shopByOldCode(db, code);
    if (before) return [before];
  }
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return db.premises.filter((shop) => matches(shop, words)).limit(MOST).toArray();
}

export function shopByCode(db: FieldDb, code: string): Promise<Premises | undefined> {
  return db.premises.where("door_code").equals(code).first();
}

/** The shop whose door had this code before it was replaced. */
export function shopByOldCode(db: FieldDb, code: string): Promise<Premises | undefined> {
  return db.premises.where("old_codes").equals(code).first();
}
