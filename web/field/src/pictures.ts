/**
 * Photos of enterprises' answers, fetched while there is a network and seen at the re-check where there is none. They
 * show the inside of a business, so they lie sealed like the inspector's own; they go with their task.
 */
import type { Api } from "./api";
import type { Bytes } from "./bytes";
import type { Task } from "./contract";
import type { Vault } from "./crypto";
import type { FieldDb } from "./db";
import { ServerProblem } from "./errors";
import { watchRoom } from "./storage";

/** A picture weighs some 80 kB: all of them together at most ten megabytes. */
const MOST = 120;

const sourcesOf = (task: Task) => task.open_items.flatMap((item) => item.photos ?? []);

/** Fetches what is not here yet, nearest date first, and drops what belongs to no task any more. */
export async function prefetch(db: FieldDb, vault: Vault, api: Pick<Api, "picture">): Promise<void> {
  const tasks = (await db.tasks.toArray()).sort((a, b) => (a.due ?? "9").localeCompare(b.due ?? "9"));
  const wanted = tasks.flatMap((task) => sourcesOf(task).map((source) => ({ source, task: task.uid }))).slice(0, MOST);
  await dropForeign(db, new Set(wanted.map((each) => each.source)));
  const here = new Set(await db.pictures.toCollection().primaryKeys());
  for (const { source, task } of wanted.filter((each) => !here.has(each.source))) {
    try {
      const box = await vault.seal(await api.picture(source), `pictures/${source}`);
      await watchRoom(db.pictures.put({ source, task, box }));
    } catch (reason) {
      if (!(reason instanceof ServerProblem)) return; // no network or no room: the next sync goes on from here
    }
  }
}

/** A visit under way keeps its pictures, even when its task has been given to somebody else meanwhile. */
async function dropForeign(db: FieldDb, wanted: Set<string>): Promise<void> {
  const going = new Set((await db.drafts.toArray()).map((draft) => draft.task));
  await db.pictures.filter((row) => !wanted.has(row.source) && !going.has(row.task)).delete();
}

/** The picture's bytes, or null when it has not been fetched. */
export async function picture(db: FieldDb, vault: Vault, source: string): Promise<Bytes | null> {
  const row = await db.pictures.get(source);
  return row ? vault.open(row.box, `pictures/${source}`) : null;
}
