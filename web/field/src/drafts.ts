/**
 * A draft: one visit under way. Its head is one sealed row, each answer another, so that a tap costs one small write
 * and a killed browser loses nothing. Writes of one draft go one after the other, in the order of the taps.
 */
import { utf8, uuid7, type Bytes } from "./bytes";
import type { PaperKind, Premises, Purpose, Task } from "./contract";
import type { Vault } from "./crypto";
import type { PenaltyDraft } from "./penalty";
import { checklistRef, type DraftRow, type FieldDb } from "./db";
import type { Amends, Answer, Hindered, OutsideCap, PhotoFact, Place, Recheck, Refused, Signature, Signer, SignerRole, Unlisted } from "./record";
import { inReserve } from "./reserve";
import { watchRoom } from "./storage";
import { localTime } from "./workdays";

/** A text that lies on the table for signing, as canonical JSON, and what was signed of it so far. */
export interface Laid {
  content: string;
  digest: string;
  signatures: Signature[];
}

/** `again`: who had signed before the text changed; `before`: the text without the refusal, for who signs after all. */
export interface Frozen extends Laid {
  again?: SignerRole[];
  before?: Laid;
}

/** Everything of a draft that is no answer and no photo. */
export interface Head {
  id: string;
  premises: Premises;
  task: Task | null;
  purpose: Purpose;
  checklists: { id: string; version: number }[];
  started: string;
  place: Place | null;
  inspectors: Signer[];
  present: { name: string; role: string; left?: boolean };
  informed: { cards_shown: boolean; rights_told: boolean; recusal: "no" | "yes" };
  findings: string | null;
  statement: string;
  deadline: string | null;
  refused: Refused | null;
  rechecks: Record<string, Recheck>;
  /** Why the visit cannot be made; the place that the phone did not know; that only its being there is noted. */
  hindered?: Hindered | null;
  unlisted?: Unlisted | null;
  only_note?: boolean;
  /** What was seen there in the officer's words, without a checklist. */
  short?: boolean;
  /** Under which exception it was begun at a reached cap; on no paper. */
  outside?: OutsideCap;
  /** Of which record it is a new version, why, and what of that one does not change. */
  amends?: Omit<Amends, "at"> & { ended: string; task: string | null; deadline: string | null; check_code?: string };
  /** A penalty on the spot, as far as it is filled in. */
  penalty?: PenaltyDraft | null;
  /** Set while the papers lie on the table for signing. */
  frozen: Frozen | null;
}

/** A photo, or a voice note (which has seconds): both are evidence by their digest and lie in the same tables. */
export interface PhotoMeta extends PhotoFact {
  name: string;
  seconds?: number;
}

export const isVoice = (of: Pick<PhotoMeta, "seconds">): boolean => of.seconds !== undefined;

export interface OpenDraft {
  head: Head;
  answers: Map<string, Answer>;
  photos: PhotoMeta[];
}

export class Drafts {
  private chain: Promise<unknown> = Promise.resolve();

  constructor(
    private db: FieldDb,
    private vault: Vault,
  ) {}

  /** Runs writes one after the other; a failed one does not stop those behind it. */
  private inOrder<T>(write: () => Promise<T>): Promise<T> {
    const attempt = () => inReserve(write);
    const done = watchRoom(this.chain.then(attempt, attempt));
    this.chain = done.catch(() => undefined);
    return done;
  }

  /** Starts a draft, or gives back the one that this task (or, without a task, these premises) already has. */
  async start(
    premises: Premises,
    task: Task | null,
    purpose: Purpose,
    checklists: Head["checklists"],
    inspectors: Signer[],
    more: Partial<Pick<Head, "hindered" | "unlisted" | "only_note" | "short" | "outside">> = {},
  ): Promise<string> {
    const same = await this.db.drafts.where("premises").equals(premises.uid).toArray();
    const kind = more.hindered ? "hindered" : undefined;
    const going = same.find((row) => row.task === (task?.uid ?? "") && row.kind === kind);
    if (going) return going.id;
    const head: Head = {
      id: uuid7(),
      premises,
      task,
      purpose,
      checklists,
      started: localTime(new Date()),
      place: null,
      inspectors,
      present: { name: "", role: "" },
      informed: { cards_shown: false, rights_told: false, recusal: "no" },
      findings: null,
      statement: "",
      deadline: null,
      refused: null,
      rechecks: {},
      ...more,
      frozen: null,
    };
    await this.saveHead(head);
    return head.id;
  }

  /** A draft begun by an app that knew one list for a visit goes on by that one. */
  private async head(row: DraftRow): Promise<Head> {
    const head = await this.vault.openJson<Head & { checklist?: Head["checklists"][number] | null }>(row.box, `drafts/${row.id}`);
    return { ...head, checklists: head.checklists ?? (head.checklist ? [head.checklist] : []) };
  }

  saveHead(head: Head): Promise<void> {
    const value = JSON.stringify(head);
    return this.inOrder(async () => {
      const box = await this.vault.seal(utf8(value), `drafts/${head.id}`);
      await this.db.drafts.put({
        id: head.id,
        premises: head.premises.uid,
        task: head.task?.uid ?? "",
        checklists: head.checklists.map(checklistRef),
        updated: new Date().toISOString(),
        ...(head.hindered ? { kind: "hindered" as const } : head.amends ? { kind: "amends" as const, amends: head.amends.record } : {}),
        box,
      });
    });
  }

  saveAnswers(draft: string, answers: Answer[]): Promise<void> {
    const values = answers.map((answer) => ({ item: answer.item, value: JSON.stringify(answer) }));
    return this.inOrder(async () => {
      const rows = await Promise.all(
        values.map(async ({ item, value }) => ({
          draft,
          item,
          box: await this.vault.seal(utf8(value), `answers/${draft}/${item}`),
        })),
      );
      await this.db.answers.bulkPut(rows);
    });
  }

  /** Starts a draft with all that it holds; the bytes of its photos may be on the server alone. */
  async begin({ head, answers, photos }: OpenDraft): Promise<void> {
    const rows = await Promise.all(
      photos.map(async (meta) => ({ draft: head.id, sha256: meta.sha256, item: meta.item ?? "", box: await this.vault.sealJson(meta, `photos/${head.id}/${meta.sha256}`) })),
    );
    await this.inOrder(() => this.db.photos.bulkPut(rows));
    await this.saveAnswers(head.id, [...answers.values()]);
    await this.saveHead(head); // last: a draft that is seen is whole
  }

  /** Keeps a photo: original and shown copy sealed, its facts beside the draft. One transaction for all of it. */
  async addPhoto(draft: string, meta: PhotoMeta, original: Bytes, shown: Bytes): Promise<void> {
    const box = await this.vault.sealJson(meta, `photos/${draft}/${meta.sha256}`);
    const sealed = await this.vault.seal(original, `blobs/${meta.sha256}/original`);
    const copy = await this.vault.seal(shown, `blobs/${meta.sha256}/shown`);
    await this.inOrder(() =>
      this.db.transaction("rw", this.db.photos, this.db.blobs, async () => {
        await this.db.blobs.put({ sha256: meta.sha256, original: sealed, shown: copy });
        await this.db.photos.put({ draft, sha256: meta.sha256, item: meta.item ?? "", box });
      }),
    );
  }

  removePhoto(draft: string, sha256: string): Promise<void> {
    return this.inOrder(() =>
      this.db.transaction("rw", this.db.photos, this.db.blobs, this.db.outbox, async () => {
        await this.db.photos.delete([draft, sha256]);
        await dropUnused(this.db, [sha256]);
      }),
    );
  }

  /** As it is once every write that was begun is through. */
  async load(id: string): Promise<OpenDraft | null> {
    await this.chain;
    const row = await this.db.drafts.get(id);
    if (!row) return null;
    const head = await this.head(row);
    const answers = new Map<string, Answer>();
    for (const each of await this.db.answers.where("draft").equals(id).toArray()) {
      answers.set(each.item, await this.vault.openJson<Answer>(each.box, `answers/${id}/${each.item}`));
    }
    const photos: PhotoMeta[] = [];
    for (const each of await this.db.photos.where("draft").equals(id).toArray()) {
      photos.push(await this.vault.openJson<PhotoMeta>(each.box, `photos/${id}/${each.sha256}`));
    }
    photos.sort((a, b) => (a.taken < b.taken ? -1 : 1));
    return { head, answers, photos };
  }

  /** Heads of all drafts, last touched first. */
  async list(): Promise<{ head: Head; updated: string; answered: number }[]> {
    const rows = await this.db.drafts.orderBy("updated").reverse().toArray();
    return Promise.all(
      rows.map(async (row) => ({
        head: await this.head(row),
        updated: row.updated,
        answered: await this.db.answers.where("draft").equals(row.id).count(),
      })),
    );
  }

  /** Throws a draft away (the inspector said so twice) and gives its paper numbers back to the block. */
  discard(id: string): Promise<void> {
    const { db } = this;
    return this.inOrder(() =>
      db.transaction("rw", [db.drafts, db.answers, db.photos, db.blobs, db.numbers, db.outbox], async () => {
        await releaseNumbers(db, id);
        await removeDraftRows(db, id);
      }),
    );
  }

  async originalPhoto(sha256: string): Promise<Bytes | null> {
    const row = await this.db.blobs.get(sha256);
    return row ? this.vault.open(row.original, `blobs/${sha256}/original`) : null;
  }

  async shownPhoto(sha256: string): Promise<Bytes | null> {
    const row = await this.db.blobs.get(sha256);
    return row ? this.vault.open(row.shown, `blobs/${sha256}/shown`) : null;
  }
}

/** Deletes a draft's rows; the photos' bytes stay while a record in the outbox or another draft needs them. */
export async function removeDraftRows(db: FieldDb, id: string): Promise<void> {
  const photos = await db.photos.where("draft").equals(id).toArray();
  await db.drafts.delete(id);
  await db.answers.where("draft").equals(id).delete();
  await db.photos.where("draft").equals(id).delete();
  await dropUnused(
    db,
    photos.map((photo) => photo.sha256),
  );
}

/** Deletes photo bytes that neither a draft nor a waiting record refers to; `sent` is a record whose photos these were. */
export async function dropUnused(db: FieldDb, sha256s: string[], sent = ""): Promise<void> {
  const others = (await db.outbox.toArray()).filter((record) => record.id !== sent);
  const waiting = new Set(others.flatMap((r) => r.blobs.filter((b) => !b.done).map((b) => b.sha256)));
  for (const sha of sha256s) {
    if (!waiting.has(sha) && !(await db.photos.where("sha256").equals(sha).count())) await db.blobs.delete(sha);
  }
}

/** Order of issue: 〔2026〕9号 stands before 〔2026〕10号. */
function byNumber(a: { number: string }, b: { number: string }): number {
  return a.number.localeCompare(b.number, "en", { numeric: true });
}

/** Takes one free number of each kind for a draft, keeping those it holds and giving back those it needs no more. */
export async function holdNumbers(
  db: FieldDb,
  draft: string,
  kinds: PaperKind[],
  organ = "",
): Promise<{ kind: PaperKind; number: string | null; code: string | null }[]> {
  return db.transaction("rw", db.numbers, async () => {
    const held = await db.numbers.where("heldBy").equals(draft).toArray();
    for (const row of held.filter((each) => !kinds.includes(each.kind))) await db.numbers.update(row.number, { heldBy: "" });
    const taken = [];
    for (const kind of kinds) {
      let row = held.find((each) => each.kind === kind);
      if (!row) {
        const free = await db.numbers.where("[kind+heldBy]").equals([kind, ""]).toArray();
        row = free.filter((each) => !organ || !each.organ || each.organ === organ).sort(byNumber)[0];
        if (row) await db.numbers.update(row.number, { heldBy: draft });
      }
      taken.push({ kind, number: row?.number ?? null, code: row?.code ?? null });
    }
    return taken;
  });
}

export async function releaseNumbers(db: FieldDb, draft: string): Promise<void> {
  await db.numbers.where("heldBy").equals(draft).and((row) => !row.used).modify({ heldBy: "" });
}


