import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Premises } from "../src/contract";
import { KeyRing, Vault } from "../src/crypto";
import { FieldDb } from "../src/db";
import { Drafts } from "../src/drafts";
import { uuid7 } from "../src/bytes";
import type { Content, FieldRecord } from "../src/record";

export const ROOT = resolve(import.meta.dirname, "../../..");

/** A JSON file of the repository, from its root. */
export function shared<T>(path: string): T {
  return JSON.parse(readFileSync(resolve(ROOT, path), "utf8")) as T;
}

/** A record of an older schema as the server lifts it (`record.py`); its number and its digest stay. */
export function lifted(record: FieldRecord): FieldRecord {
  const { checklist, ...content } = record.content as Content & { checklist?: { id: string; version: number } | null };
  if (content.checklists) return record;
  const outcome = content.outcome && { ...content.outcome, lists: checklist ? [{ id: checklist.id, result: content.outcome.result }] : [] };
  return { ...record, content: { ...content, outcome, checklists: checklist ? [checklist] : [] } };
}

export interface Bench {
  db: FieldDb;
  vault: Vault;
  drafts: Drafts;
}

/** A fresh phone: empty database and new keys. */
export async function phone(): Promise<Bench> {
  const db = new FieldDb(uuid7());
  const { ring } = await KeyRing.make();
  const vault = new Vault(ring.keys);
  return { db, vault, drafts: new Drafts(db, vault) };
}

export function shop(uid = "s1", more: Partial<Premises> = {}): Premises {
  const entity = { uid: "e1", name: "清风餐饮有限公司", code: "91370303X", scheme: "USCC", kind: null, representative: "周某", phone: null };
  return {
    uid,
    entity,
    name: "清风小馆",
    address: "水晶街 1 号",
    lat: null,
    lon: null,
    door_code: "000000001Y",
    area: "370303006",
    trade: "restaurant",
    licences: [],
    last: null,
    ...more,
  };
}
