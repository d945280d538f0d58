/**
 * Products whose codes were scanned or typed on this phone, by code: the next time their name is there, with no network.
 * They lie sealed, since they tell which shop sold what.
 */
import type { Vault } from "./crypto";
import type { FieldDb } from "./db";
import { gtin } from "./gtin";
import type { Product } from "./record";
import { ifRoom } from "./storage";

interface Store {
  db: FieldDb;
  vault: Vault;
}

export interface Known {
  code: string;
  name: string;
  /** Where it was seen last. */
  premises: string;
}

/** So many are kept on the phone, and so many are offered at an item. */
const KEPT = 300;
const OFFERED = 6;

const opened = ({ vault }: Store, row: { gtin: string; box: Parameters<Vault["openJson"]>[0] }) => vault.openJson<Known>(row.box, `products/${row.gtin}`);

/** What is known here of a code; undefined where it was never seen. */
export async function productOf(store: Store, code: string): Promise<Known | undefined> {
  const row = await store.db.products.get(gtin(code));
  return row && opened(store, row);
}

/** The last ones with a name, those of this shop first. */
export async function offered(store: Store, premises: string): Promise<Known[]> {
  const rows = await store.db.products.orderBy("at").reverse().limit(KEPT).toArray();
  const known = (await Promise.all(rows.map((row) => opened(store, row)))).filter(({ name }) => name);
  return [...known.filter((each) => each.premises === premises), ...known.filter((each) => each.premises !== premises)].slice(0, OFFERED);
}

/** Remembers a product; without room for it the visit goes on all the same. */
export async function rememberProduct(store: Store, { code, name }: Product, premises: string): Promise<void> {
  const key = gtin(code);
  const box = await store.vault.sealJson({ code, name, premises } satisfies Known, `products/${key}`);
  await ifRoom(store.db.products.put({ gtin: key, at: new Date().toISOString(), box }));
  const over = (await store.db.products.count()) - KEPT;
  if (over > 0) await store.db.products.bulkDelete(await store.db.products.orderBy("at").limit(over).primaryKeys());
}
