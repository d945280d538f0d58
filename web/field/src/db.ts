/**
 * The phone's store. Reference data (shops, checklists, tasks) lie open, as they are public knowledge or the bureau's
 * own forms; everything that the inspector makes (answers, notes, photos, signatures, records) lies sealed in a box.
 *
 * A new local schema is a new `version(n)` with an `upgrade`; none is ever changed once released.
 */
import Dexie, { type Table } from "dexie";
import type { Checklist, PaperKind, Premises, Task } from "./contract";
import type { Box } from "./crypto";

export interface KvRow {
  key: string;
  value: unknown;
}

export interface ChecklistRow extends Checklist {
  ref: string;
}

/** `heldBy` is the draft or record that took the number; free numbers have the empty string. */
export interface NumberRow {
  number: string;
  kind: PaperKind;
  code: string;
  /** Area code of the office whose number it is; a number from before says none. */
  organ?: string;
  heldBy: string;
  used: 0 | 1;
}

export interface DraftRow {
  id: string;
  premises: string;
  task: string;
  /** The lists that it goes by, or the one of a draft from before a visit could go by several. */
  checklists?: string[];
  checklist?: string;
  updated: string;
  /** A shop that could not be visited is a draft of its own beside a check that was begun there. */
  kind?: "hindered" | "amends";
  /** The record of which it is a new version. */
  amends?: string;
  box: Box;
}

export interface AnswerRow {
  draft: string;
  item: string;
  box: Box;
}

export interface PhotoRow {
  draft: string;
  sha256: string;
  item: string;
  box: Box;
}

/** Original bytes of a photo, sealed; `shown` is the reduced copy with time and place burnt in. */
export interface BlobRow {
  sha256: string;
  original: Box;
  shown: Box;
}

export type OutboxState = "waiting" | "sending" | "photos" | "conflict" | "refused";

export interface OutboxBlob {
  sha256: string;
  size: number;
  type: string;
  sent: number;
  done: boolean;
}

/** A signed record may be signed anew until that day (its last); the lists that it went by stay here till then. */
export interface Amendable {
  until: string;
  lists: string[];
}

export interface OutboxRow {
  id: string;
  /** The task that this record does; it leaves the list of today at once (see `hiddenTasks`). */
  task: string;
  name: string;
  made: string;
  state: OutboxState;
  tries: number;
  /** Milliseconds since the epoch of the next try. */
  next: number;
  sha256: string;
  blobs: OutboxBlob[];
  matter: string;
  /** What comes next, for the page that follows: the code of a sentence. */
  next_step?: string;
  flags: string[];
  problem: { code: string; message: string; mend: string } | null;
  /** The record's canonical bytes, exactly as they are sent. */
  box: Box;
  /** Its papers as they were shown and signed, for printing. */
  papers: Box;
  amendable?: Amendable;
  /** The new version that takes its place. */
  amended?: string;
}

/** What stays of a confirmed record; `papers` is for printing once more and goes after two days. */
export interface SentRow {
  id: string;
  task: string;
  name: string;
  matter: string;
  at: string;
  photos: number;
  flags: string[];
  papers: Box | null;
  next_step?: string;
  amendable?: Amendable;
  amended?: string;
  /** The record's bytes as they were sent, as long as it may be amended. */
  record?: Box | null;
}

/** A door code that this phone did not know, noted to be looked up at the next sync. */
export interface NoteRow {
  id: string;
  at: string;
  box: Box;
}

/** A photo of an enterprise's answer, fetched ahead of the re-check; `source` is its address at the server. */
export interface PictureRow {
  source: string;
  task: string;
  box: Box;
}

/** The officer's own wordings of a failure, by list and item. */
export interface RemarkRow {
  item: string;
  box: Box;
}

/** A product whose code was scanned or typed before on this phone: its name, and the shop where it was seen last. */
export interface ProductRow {
  gtin: string;
  at: string;
  box: Box;
}

export class FieldDb extends Dexie {
  kv!: Table<KvRow, string>;
  premises!: Table<Premises, string>;
  tasks!: Table<Task, string>;
  checklists!: Table<ChecklistRow, string>;
  numbers!: Table<NumberRow, string>;
  drafts!: Table<DraftRow, string>;
  answers!: Table<AnswerRow, [string, string]>;
  photos!: Table<PhotoRow, [string, string]>;
  blobs!: Table<BlobRow, string>;
  outbox!: Table<OutboxRow, string>;
  sent!: Table<SentRow, string>;
  notes!: Table<NoteRow, string>;
  pictures!: Table<PictureRow, string>;
  remarks!: Table<RemarkRow, string>;
  products!: Table<ProductRow, string>;

  constructor(profile: string) {
    // strict: a row counts as saved when it is on the disk, not when the browser means to write it
    super(`zhijian-field-${profile}`, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      kv: "key",
      premises: "uid, door_code, area",
      tasks: "uid, premises, due",
      checklists: "ref, id",
      numbers: "number, [kind+heldBy], heldBy",
      drafts: "id, premises, task, updated",
      answers: "[draft+item], draft",
      photos: "[draft+sha256], draft, sha256",
      blobs: "sha256",
      outbox: "id, state, made",
      sent: "id, at",
      notes: "id, at",
    });
    this.version(2).stores({ pictures: "source, task" });
    this.version(3).stores({ premises: "uid, door_code, area, *old_codes" });
    this.version(4).stores({ remarks: "item" });
    this.version(5).stores({ products: "gtin, at" });
  }

  async value<T>(key: string): Promise<T | undefined> {
    return (await this.kv.get(key))?.value as T | undefined;
  }

  /** Several at once, by key: one question to the store instead of many. */
  async values(keys: readonly string[]): Promise<Record<string, unknown>> {
    const rows = await this.kv.bulkGet([...keys]);
    return Object.fromEntries(rows.flatMap((row) => (row ? [[row.key, row.value]] : [])));
  }

  async setValue(key: string, value: unknown): Promise<void> {
    await this.kv.put({ key, value });
  }
}

export function checklistRef(of: { id: string; version: number }): string {
  return `${of.id}/${of.version}`;
}
