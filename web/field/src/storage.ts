/** Room on the phone: asked to be kept, watched, told before it runs out, and said plainly when it has. */
import { ref } from "vue";

export interface Room {
  persisted: boolean;
  usedMb: number;
  /** Null where the browser does not tell: Chrome reports a round 10 GB more than is used. */
  freeMb: number | null;
  tight: boolean;
}

/** Less than this free and the app warns: about fifteen large photos. */
const TIGHT_MB = 200;
const GB = 1_073_741_824;

/** True from the first write that found no room until one of a photo's size goes through again. */
export const full = ref(false);

/** Bytes of the trial write: smaller than a photo, larger than anything that is typed. */
const TRIAL = 512 * 1024;

export async function askToKeep(): Promise<boolean> {
  if (await navigator.storage?.persisted?.().catch(() => false)) return true;
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

export async function room(): Promise<Room | null> {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const left = quota - usage;
  const freeMb = left && left % GB === 0 ? null : Math.max(0, Math.floor(left / 1_048_576));
  const persisted = (await navigator.storage.persisted?.()) ?? false;
  return { persisted, usedMb: Math.ceil(usage / 1_048_576), freeMb, tight: freeMb !== null && freeMb < TIGHT_MB };
}

/** Whether a write failed for want of room; the store wraps the browser's error in its own, sometimes twice. */
export function isFull(reason: unknown): boolean {
  if (typeof reason !== "object" || reason === null) return false;
  const { name, inner, failures } = reason as { name?: string; inner?: unknown; failures?: unknown[] };
  return name === "QuotaExceededError" || (inner !== reason && isFull(inner)) || (failures ?? []).some(isFull);
}

/** Passes a write on, and notes when it found no room. */
export function watchRoom<T>(write: Promise<T>): Promise<T> {
  return write.catch((reason: unknown) => {
    if (isFull(reason)) full.value = true;
    throw reason;
  });
}

/** As `watchRoom`, for what may be left out when there is no room: progress, a line of the log. */
export function ifRoom(write: Promise<unknown>): Promise<void> {
  return watchRoom(write).then(
    () => undefined,
    (reason: unknown) => {
      if (!isFull(reason)) throw reason;
    },
  );
}

interface Trial {
  setValue(key: string, value: unknown): Promise<void>;
  kv: { delete(key: string): Promise<void> };
}

/** Tries whether there is room again. */
export async function tryRoom(db: Trial): Promise<boolean> {
  try {
    await db.setValue("trial", new Uint8Array(TRIAL));
    await db.kv.delete("trial");
    full.value = false;
  } catch {
    full.value = true;
  }
  return !full.value;
}
