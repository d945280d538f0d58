import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import Dexie from "dexie";
import { expect, test } from "vitest";
import { FieldDb } from "../src/db";

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean; optionalDependencies?: Record<string, string> }>;
}
const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, "../package-lock.json"), "utf8")) as Lock;

test("the lock names no address, and a digest for every package", () => {
  for (const [name, entry] of Object.entries(lock.packages).filter(([path]) => path)) {
    expect(entry.resolved, name).toBeUndefined();
    expect(entry.integrity, name).toMatch(/^sha512-/);
  }
});

test("rollup has all of its platforms in the lock, so that a locked install works anywhere", () => {
  const rollup = lock.packages["node_modules/rollup"]!;
  expect(rollup.version).toBe("4.67.4");
  for (const name of Object.keys(rollup.optionalDependencies ?? {})) expect(lock.packages, name).toHaveProperty([`node_modules/${name}`]);
});

test("the local schema: what version 1 left is opened by the newest", async () => {
  const old = new Dexie("zhijian-field-schema");
  old.version(1).stores({ kv: "key", premises: "uid, door_code, area", tasks: "uid, premises, due", checklists: "ref, id", numbers: "number, [kind+heldBy], heldBy", drafts: "id, premises, task, updated", answers: "[draft+item], draft", photos: "[draft+sha256], draft, sha256", blobs: "sha256", outbox: "id, state, made", sent: "id, at", notes: "id, at" });
  await old.table("outbox").add({ id: "a", state: "waiting", made: "2026" });
  old.close();
  const db = new FieldDb("schema");
  await db.open();
  expect(db.verno).toBe(5);
  expect(await db.outbox.count()).toBe(1);
  expect(db.tables.map((table) => table.name).sort()).toEqual(
    ["answers", "blobs", "checklists", "drafts", "kv", "notes", "numbers", "outbox", "photos", "pictures", "premises", "products", "remarks", "sent", "tasks"],
  ); // prettier-ignore
  db.close();
});
