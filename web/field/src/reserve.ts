/**
 * Room that is kept back for bad times. A browser no longer tells how much is left on the phone (Chrome reports a fixed
 * 10 GB, so that sites cannot recognise a device by it), so a part is taken beforehand: when a write first finds no room,
 * the reserve is given up, the work goes on in it, and the person is told while there is still time to send.
 */
import { ref } from "vue";
import { isFull } from "./storage";

const NAME = "zhijian-reserve";
const MB = 1_048_576;
/** About twelve photos as this app keeps them. */
export const RESERVE_MB = 24;
/** What a visit may take, looked for before it begins. */
const AHEAD_MB = 4;
/** Chrome looks at what is left every half minute only: what was given up is there for it after that. */
const NOTICED_MS = 36_000;
const AGAIN_MS = 1_500;
/** As much as the browser gives at a time; what is all alike would be compressed away. */
const RANDOM = 65_536;

/** True from when the reserve was given up, or could not be held, until it is held again. */
export const reserveUsed = ref(false);

/** Holds the reserve, or what of it is missing. Where there is no room for it, what was held is given back. */
export async function holdReserve(): Promise<void> {
  try {
    await used(async (db) => {
      for (let n = await rows(db); n < RESERVE_MB; n++) await keep(db, n);
    });
    reserveUsed.value = false;
  } catch (reason) {
    if (!isFull(reason)) return; // a private window, say: nothing is known, so nothing is claimed
    await giveUp();
  }
}

/** Gives the reserve back to the work; false where none was held, as after a start without network. */
async function giveUp(): Promise<boolean> {
  reserveUsed.value = true;
  const held = await used((db) => rows(db)).catch(() => 0);
  await done(indexedDB.deleteDatabase(NAME)).catch(() => undefined);
  return held > 0;
}

/** Looks ahead whether a visit finds room, by taking some: where it would not, the reserve is given up before it begins. */
export async function lookAhead(): Promise<void> {
  if (reserveUsed.value) return;
  try {
    await used(async (db) => {
      if (!(await rows(db))) return;
      for (let n = 0; n < AHEAD_MB; n++) await keep(db, RESERVE_MB + n);
      await done(db.transaction("rows", "readwrite").objectStore("rows").delete(IDBKeyRange.lowerBound(RESERVE_MB)));
    });
  } catch (reason) {
    if (isFull(reason)) await giveUp();
  }
}

/** Runs a write; where it finds no room while the reserve is held, that is given up and the write waits for it. */
export async function inReserve<T>(write: () => Promise<T>): Promise<T> {
  for (let waited = 0, mine = false; ; waited += AGAIN_MS) {
    try {
      return await write();
    } catch (reason) {
      if (!isFull(reason) || (reserveUsed.value && !mine) || waited > NOTICED_MS) throw reason;
      if (!mine && !(await giveUp())) throw reason;
      mine = true;
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

/** Opens the reserve for a while; an open one could not be given up. */
async function used<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  const db = await done(opening);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

function rows(db: IDBDatabase): Promise<number> {
  return done(db.transaction("rows").objectStore("rows").count());
}

async function keep(db: IDBDatabase, key: number): Promise<void> {
  const bytes = new Uint8Array(MB);
  for (let at = 0; at < MB; at += RANDOM) crypto.getRandomValues(bytes.subarray(at, at + RANDOM));
  const change = db.transaction("rows", "readwrite");
  change.objectStore("rows").put(bytes, key);
  await new Promise<void>((kept, failed) => {
    change.oncomplete = () => kept();
    change.onabort = () => failed(change.error);
  });
}

function done<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
