/** Bringing the phone up to date: pages of what changed since the last cursor, each applied in one transaction. */
import type { Api } from "./api";
import type { Checklist, PullPage } from "./contract";
import { checklistRef, type FieldDb } from "./db";

/** A server that always says "more" must not keep the phone busy for ever. */
const MOST_PAGES = 500;

/** Facts of the last pull that every screen needs; kept under these keys. */
export const KEPT = ["person", "colleagues", "rules", "site", "years", "calendar", "organ", "organs", "papers", "trades", "uploads", "day_order", "ground", "due", "registered"] as const;

/** Milliseconds that the phone's clock is ahead of the server's, allowing for the way there and back. */
export function skewOf(sent: number, received: number, serverTime: string): number {
  const server = Date.parse(serverTime);
  return Number.isNaN(server) ? 0 : Math.round((sent + received) / 2 - server);
}

/** Pulls until the server has no more. Returns how many pages came. Throws Unreachable or ServerProblem. */
export async function pullAll(db: FieldDb, api: Pick<Api, "pull">): Promise<number> {
  const started = new Date().toISOString();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const since = await db.value<string>("cursor");
    const sent = Date.now();
    const got = await api.pull(since);
    await applyPage(db, got, skewOf(sent, Date.now(), got.server_time));
    if (!got.more) {
      await db.setValue("pull_started", started);
      await db.setValue("last_sync", new Date().toISOString());
      return page;
    }
    if (got.cursor === since) throw new Error("pull: the cursor does not move");
  }
  return MOST_PAGES;
}

/**
 * Tasks done on this phone that the server's list may still hold: their record waits, or it arrived after the last
 * pull had begun. Once a later pull is through, the list is the server's word again (a re-check may be due).
 */
export async function hiddenTasks(db: FieldDb): Promise<Set<string>> {
  const pulled = (await db.value<string>("pull_started")) ?? "";
  const rows = [...(await db.outbox.toArray()), ...(await db.sent.where("at").aboveOrEqual(pulled).toArray())];
  return new Set(rows.map((row) => row.task).filter(Boolean));
}

/** Applies one page, cursor and all, or nothing of it. */
export async function applyPage(db: FieldDb, page: PullPage, skew: number): Promise<void> {
  const tables = [db.kv, db.premises, db.tasks, db.checklists, db.numbers, db.drafts, db.sent, db.outbox];
  await db.transaction("rw", tables, async () => {
    await db.premises.bulkPut(page.premises ?? []);
    await db.tasks.bulkPut(page.tasks ?? []);
    await db.checklists.bulkPut((page.checklists ?? []).map((list: Checklist) => ({ ...list, ref: checklistRef(list) })));
    await addNumbers(db, page);
    await dropRemoved(db, page);
    for (const key of KEPT) if (page[key] !== undefined) await db.kv.put({ key, value: page[key] });
    if (page.grant_until) await db.kv.put({ key: "grant_until", value: page.grant_until });
    await db.kv.put({ key: "clock_skew_ms", value: skew });
    await db.kv.put({ key: "cursor", value: page.cursor });
  });
}

/** New numbers join the block; one that is held or used already is never made free again. */
async function addNumbers(db: FieldDb, page: PullPage): Promise<void> {
  for (const each of page.numbers ?? []) {
    if (!(await db.numbers.get(each.number))) await db.numbers.add({ ...each, heldBy: "", used: 0 });
  }
}

/** Drops what the server withdrew. A draft carries its own shop and task; its checklist stays until it is done. */
async function dropRemoved(db: FieldDb, page: PullPage): Promise<void> {
  await db.premises.bulkDelete(page.removed?.premises ?? []);
  await db.tasks.bulkDelete(page.removed?.tasks ?? []);
  const before = ((await db.kv.get("gone"))?.value as string[] | undefined) ?? [];
  const now = page.removed?.checklists ?? [];
  const kept: string[] = [];
  const amendable = new Set([...(await db.sent.toArray()), ...(await db.outbox.toArray())].flatMap((row) => row.amendable?.lists ?? []));
  for (const gone of new Set([...before, ...now])) {
    const refs = await db.checklists.where("ref").equals(gone).or("id").equals(gone).primaryKeys();
    for (const ref of refs) {
      const used = await db.drafts.filter((draft) => (draft.checklists ?? [draft.checklist]).includes(ref)).count();
      if (used || amendable.has(ref)) kept.push(ref);
      else await db.checklists.delete(ref);
    }
  }
  await db.kv.put({ key: "gone", value: kept });
}
