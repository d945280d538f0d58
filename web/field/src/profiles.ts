/**
 * Who has set up this phone. One small database lists them; each person's work lies in a database of its own, so a
 * shared phone never mixes two people's drafts, and setting it up anew never touches what is still unsent.
 */
import Dexie, { type Table } from "dexie";
import type { Person } from "./contract";
import type { Wrap } from "./crypto";

export interface Profile {
  id: string;
  person: Person;
  /** As the person signs in; phones that were set up by an older app have none. */
  username?: string;
  city: string;
  device: string;
  grantUntil: string;
  byPin: Wrap;
  byPassword: Wrap;
  wrong: number;
  /** Milliseconds since the epoch before which no PIN is tried. */
  blockedUntil: number;
  opened: string;
}

class ProfileDb extends Dexie {
  profiles!: Table<Profile, string>;
  choices!: Table<{ key: string; value: string }, string>;

  constructor() {
    super("zhijian-field", { chromeTransactionDurability: "strict" });
    this.version(1).stores({ profiles: "id" });
    this.version(2).stores({ choices: "key" });
  }
}

export const profileDb = new ProfileDb();

export const PIN_TRIES = 10;
const FREE_TRIES = 3;

/** Wait after the n-th wrong PIN in a row, in seconds: none for the first, then 4, 8, 16 … 256. */
export function waitAfter(wrong: number): number {
  return wrong < FREE_TRIES ? 0 : Math.min(2 ** (wrong - FREE_TRIES + 2), 256);
}

export function pinIsSpent(profile: Pick<Profile, "wrong">): boolean {
  return profile.wrong >= PIN_TRIES;
}
