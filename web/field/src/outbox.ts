/**
 * The outbox: signed records on their way. First the record, then its photos in small pieces; nothing leaves the phone
 * before the server has said, with the same digest, that it holds it. Each record goes its own way: one that is refused
 * or stuck never holds up the others. A phone without room still sends, since that is how it gets room again: what cannot
 * be noted down is then left out, and asked of the server next time.
 */
import type { Api } from "./api";
import { sha256, type Bytes } from "./bytes";
import type { Vault } from "./crypto";
import type { Amendable, FieldDb, OutboxBlob, OutboxRow, SentRow } from "./db";
import { dropUnused } from "./drafts";
import { ServerProblem } from "./errors";
import { ifRoom, isFull } from "./storage";

export const CHUNK = 262_144;
const LONGEST_WAIT_MS = 60_000;
/** Times that a photo is sent anew after the server found other bytes than were sent. */
const FRESH_STARTS = 3;

/** Wait before the next try after `tries` failures in a row: 2, 4, 8 … 60 seconds. */
export function backoff(tries: number): number {
  return Math.min(1000 * 2 ** Math.min(tries, 10), LONGEST_WAIT_MS);
}

/** States in which the outbox still works on a record by itself. */
export function isUnderWay(row: Pick<OutboxRow, "state">): boolean {
  return row.state === "waiting" || row.state === "sending" || row.state === "photos";
}

/** Runs `work` only when no other tab is doing it; without Web Locks it just runs. */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const locks = typeof navigator !== "undefined" ? navigator.locks : undefined;
  if (!locks) return work();
  await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

export class Outbox {
  private running: Promise<void> | null = null;
  private again = false;
  private everything = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private db: FieldDb,
    private vault: Vault,
    private api: Pick<Api, "putRecord" | "uploadState" | "putChunk" | "setAside">,
    private changed: () => void = () => undefined,
  ) {}

  /** Sends what is due; a call during a run makes it look once more afterwards. */
  run(): Promise<void> {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = alone(`${this.db.name}-outbox`, () => this.sendDue())
      .finally(() => (this.running = null))
      .then(() => this.plan());
    return this.running;
  }

  /** Everything at once, whatever its next time was: the network is back, or the inspector asks for it. */
  async runNow(): Promise<void> {
    this.everything = true; // kept in memory: a full phone could not write it down
    await this.run();
  }

  /** Tries a refused or conflicting record once more. */
  async retry(id: string): Promise<void> {
    await this.db.outbox.update(id, { state: "waiting", next: 0, tries: 0, problem: null });
    this.changed();
    await this.run();
  }

  /**
   * Ends a record that the server holds but for a photo that it will never keep, once the person has exported it. The
   * line that stays says so in `note`; the photo's bytes stay too, since nobody has confirmed them. The server is told
   * first, so that the desk does not wait for them. Throws Unreachable or ServerProblem.
   */
  async setAside(id: string, note: string): Promise<void> {
    const row = await this.db.outbox.get(id);
    if (row?.state !== "refused" || !row.matter) return;
    await this.api.setAside(id, row.blobs.filter((blob) => !blob.done).map((blob) => blob.sha256));
    await this.confirm({ ...row, flags: [...row.flags, note] });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async sendDue(): Promise<void> {
    do {
      this.again = false;
      const due = this.everything ? Infinity : Date.now();
      this.everything = false;
      const rows = await this.db.outbox.orderBy("made").toArray();
      for (const row of rows.filter((each) => isUnderWay(each) && each.next <= due)) {
        if (this.closed) return;
        await this.sendOne(row);
      }
    } while (this.again && !this.closed);
  }

  /** Sets the clock for the record that is due first. */
  private async plan(): Promise<void> {
    clearTimeout(this.timer);
    if (this.closed) return;
    const rows = (await this.db.outbox.toArray()).filter(isUnderWay);
    if (!rows.length) return;
    const wait = Math.max(500, Math.min(...rows.map((row) => row.next)) - Date.now());
    this.timer = setTimeout(() => void this.run().catch(() => undefined), wait); // a locked app has closed its store
  }

  private async set(id: string, change: Partial<OutboxRow>): Promise<void> {
    await ifRoom(this.db.outbox.update(id, change));
    this.changed();
  }

  private async sendOne(row: OutboxRow): Promise<void> {
    try {
      if (row.state !== "photos") await this.sendRecord(row);
      await this.sendBlobs(row);
      await this.confirm(row);
    } catch (reason) {
      await this.failed(row, reason);
    }
  }

  private async sendRecord(row: OutboxRow): Promise<void> {
    await this.set(row.id, { state: "sending" });
    const bytes = await this.vault.open(row.box, `outbox/${row.id}`);
    const receipt = await this.api.putRecord(row.id, bytes);
    if (receipt.sha256 !== row.sha256) throw new Error("the server holds other bytes than were sent");
    row.matter = receipt.matter?.number ?? "";
    row.flags = receipt.flags.map((flag) => flag.message);
    row.state = "photos";
    await this.set(row.id, { state: "photos", matter: row.matter, flags: row.flags, tries: 0, problem: null });
  }

  /** Every photo gets its turn: one that the server will not keep holds up none of the others, and is told at the end. */
  private async sendBlobs(row: OutboxRow): Promise<void> {
    let refused: ServerProblem | null = null;
    for (const blob of row.blobs.filter((each) => !each.done)) {
      try {
        await this.sendBlob(row, blob);
      } catch (reason) {
        if (!(reason instanceof ServerProblem) || reason.status === 401 || reason.status === 403) throw reason;
        refused ??= reason;
      }
    }
    if (refused) throw refused;
  }

  private async sendBlob(row: OutboxRow, blob: OutboxBlob): Promise<void> {
    let bytes: Bytes | null = null;
    for (let start = 0; start < FRESH_STARTS; start++) {
      let at = await this.api.uploadState(blob.sha256);
      try {
        while (!at.done) {
          bytes ??= await this.original(blob);
          at = await this.nextChunk(blob, bytes, at.offset);
          await this.progress(row, blob, at.offset);
        }
      } catch (reason) {
        if (reason instanceof ServerProblem && reason.problem === "upload.digest") continue;
        throw reason;
      }
      const proof = at.sha256 ? at : await this.api.uploadState(blob.sha256);
      if (!proof.done || proof.sha256 !== blob.sha256) throw new Error("the server has not confirmed the photo");
      return this.blobDone(row, blob);
    }
    throw new ServerProblem(422, "upload.digest", blob.sha256, "", {});
  }

  private async original(blob: OutboxBlob): Promise<Bytes> {
    const stored = await this.db.blobs.get(blob.sha256);
    if (!stored) throw new ServerProblem(0, "photo.lost", blob.sha256, "", {});
    return this.vault.open(stored.original, `blobs/${blob.sha256}/original`);
  }

  private async nextChunk(blob: OutboxBlob, bytes: Bytes, offset: number) {
    const chunk = bytes.slice(offset, offset + CHUNK);
    try {
      return await this.api.putChunk(blob.sha256, chunk, offset, bytes.length, blob.type);
    } catch (reason) {
      // somebody (we ourselves, before the network broke) was further than we thought: go on from there
      const there = reason instanceof ServerProblem && reason.status === 409 ? reason.body.offset : undefined;
      if (typeof there === "number" && there !== offset) return { offset: there, done: false };
      throw reason;
    }
  }

  private async progress(row: OutboxRow, blob: OutboxBlob, sent: number): Promise<void> {
    blob.sent = sent;
    await this.set(row.id, { blobs: row.blobs, tries: 0 });
  }

  /** The server holds the photo: only now do the phone's own bytes go. */
  private async blobDone(row: OutboxRow, blob: OutboxBlob): Promise<void> {
    blob.done = true;
    blob.sent = blob.size;
    await this.set(row.id, { blobs: row.blobs });
    await this.db.transaction("rw", this.db.outbox, this.db.blobs, this.db.photos, () => dropUnused(this.db, [blob.sha256], row.id));
    this.changed();
  }

  /** The server holds all of it: one line of it stays, if there is room for a line. */
  private async confirm(row: OutboxRow): Promise<void> {
    const line: SentRow = {
      id: row.id,
      task: row.task,
      name: row.name,
      matter: row.matter,
      at: new Date().toISOString(),
      photos: row.blobs.length,
      flags: row.flags,
      papers: row.papers,
      ...(row.next_step ? { next_step: row.next_step } : {}),
      ...(row.amended ? { amended: row.amended } : row.amendable ? { amendable: row.amendable, record: row.box } : {}),
    };
    try {
      await this.db.transaction("rw", this.db.outbox, this.db.sent, async () => {
        await this.db.sent.put(line);
        await this.db.outbox.delete(row.id);
      });
    } catch (reason) {
      if (!isFull(reason)) throw reason;
      await this.db.outbox.delete(row.id);
      await ifRoom(this.db.sent.put({ ...line, papers: null, record: null }));
    }
    this.changed();
  }

  private async failed(row: OutboxRow, reason: unknown): Promise<void> {
    const sure = reason instanceof ServerProblem ? reason : null;
    const problem = sure && { code: sure.problem, message: sure.message, mend: sure.mend };
    if (sure?.problem === "record.differs") return this.set(row.id, { state: "conflict", problem });
    // 401 and 403 speak of the phone's grant, not of the record: it stays in line and says why
    if (sure && sure.status !== 401 && sure.status !== 403) return this.set(row.id, { state: "refused", problem });
    const tries = ((await this.db.outbox.get(row.id))?.tries ?? 0) + 1;
    const state = row.state === "photos" ? "photos" : "waiting";
    await this.set(row.id, { state, tries, next: Date.now() + backoff(tries), problem });
  }
}

/** Makes the row of a signed record; the caller stores it together with what it replaces. */
export async function outboxRow(
  vault: Vault,
  facts: { id: string; task: string; name: string; next_step?: string; photos: { sha256: string; size: number; type: string }[]; amendable?: Amendable },
  bytes: Bytes,
  papers: unknown,
): Promise<OutboxRow> {
  return {
    id: facts.id,
    task: facts.task,
    name: facts.name,
    ...(facts.next_step ? { next_step: facts.next_step } : {}),
    ...(facts.amendable ? { amendable: facts.amendable } : {}),
    made: new Date().toISOString(),
    state: "waiting",
    tries: 0,
    next: 0,
    sha256: await sha256(bytes),
    blobs: facts.photos.map(({ sha256: sha, size, type }) => ({ sha256: sha, size, type, sent: 0, done: false })),
    matter: "",
    flags: [],
    problem: null,
    box: await vault.seal(bytes, `outbox/${facts.id}`),
    papers: await vault.sealJson(papers, `papers/${facts.id}`),
  };
}
