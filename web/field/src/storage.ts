/** Room on the phone: asked to be kept, watched, and told before it runs out. */

export interface Room {
  persisted: boolean;
  usedMb: number;
  freeMb: number;
  tight: boolean;
}

/** Less than this free and the app warns: about fifteen large photos. */
const TIGHT_MB = 200;

export async function askToKeep(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

export async function room(): Promise<Room | null> {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const freeMb = Math.floor((quota - usage) / 1_048_576);
  const persisted = (await navigator.storage.persisted?.()) ?? false;
  return { persisted, usedMb: Math.ceil(usage / 1_048_576), freeMb, tight: freeMb < TIGHT_MB };
}
