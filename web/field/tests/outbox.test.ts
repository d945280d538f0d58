import { beforeEach, expect, test } from "vitest";
import { sha256, utf8, type Bytes } from "../src/bytes";
import type { RecordReceipt, UploadState } from "../src/contract";
import { ServerProblem, Unreachable } from "../src/errors";
import { exportZip } from "../src/exporting";
import { backoff, CHUNK, Outbox, outboxRow } from "../src/outbox";
import { full, isFull, tryRoom } from "../src/storage";
import { phone, shop, type Bench } from "./helpers";

/** A server in memory that can be made to fail at any call. */
class Server {
  records = new Map<string, string>();
  held = new Map<string, Bytes>();
  done = new Set<string>();
  calls: string[] = [];
  fail: ((call: string) => Error | null) | null = null;
  loseAnswer = new Set<string>();

  private step(call: string): void {
    this.calls.push(call);
    const problem = this.fail?.(call);
    if (problem) throw problem;
  }

  putRecord = async (id: string, bytes: Bytes): Promise<RecordReceipt> => {
    this.step(`record ${id}`);
    const digest = await sha256(bytes);
    if (this.records.has(id) && this.records.get(id) !== digest) throw new ServerProblem(409, "record.differs", "differs", "", {});
    this.records.set(id, digest);
    if (this.loseAnswer.delete(id)) throw new Unreachable("lost");
    return { id, state: "accepted", sha256: digest, matter: { uid: id, number: `N-${id}`, title: "" }, flags: [], blobs_missing: [] };
  };

  aside: Record<string, string[]> = {};
  setAside = async (id: string, photos: string[]): Promise<void> => {
    this.step(`aside ${id}`);
    this.aside[id] = photos;
  };

  uploadState = async (sha: string): Promise<UploadState> => {
    this.step(`state ${sha.slice(0, 6)}`);
    return { offset: this.held.get(sha)?.length ?? 0, done: this.done.has(sha), sha256: sha };
  };

  putChunk = async (sha: string, chunk: Bytes, offset: number, size: number): Promise<UploadState> => {
    const held = this.held.get(sha) ?? new Uint8Array();
    this.step(`chunk ${offset}`);
    expect(chunk.length).toBeLessThanOrEqual(CHUNK);
    if (offset !== held.length) throw new ServerProblem(409, "http.409", "", "", { offset: held.length });
    const next = new Uint8Array([...held, ...chunk]);
    this.held.set(sha, next);
    if (next.length === size) {
      if ((await sha256(next)) !== sha) {
        this.held.delete(sha);
        throw new ServerProblem(422, "upload.digest", "digest", "", {});
      }
      this.done.add(sha);
    }
    if (this.loseAnswer.delete(`${offset}`)) throw new Unreachable("lost");
    return { offset: next.length, done: this.done.has(sha) };
  };
}

let bench: Bench;
let server: Server;
let outbox: Outbox;
beforeEach(async () => {
  bench = await phone();
  server = new Server();
  outbox = new Outbox(bench.db, bench.vault, server);
  return () => outbox.close();
});

const bytesOf = (n: number, seed = 1): Bytes => Uint8Array.from({ length: n }, (_, i) => (i * 31 + seed * 7) % 251);

/** A signed record in the outbox with photos of these sizes. */
async function add(id: string, sizes: number[] = []): Promise<string[]> {
  const draft = await bench.drafts.start(shop(id), null, "routine", [], []);
  const photos = await Promise.all(
    sizes.map(async (size, i) => {
      const bytes = bytesOf(size, i + id.length);
      const meta = { sha256: await sha256(bytes), size, type: "image/jpeg", taken: `${i}`, name: "" };
      await bench.drafts.addPhoto(draft, meta, bytes, bytes.slice(0, 10));
      return meta;
    }),
  );
  await bench.db.outbox.add(await outboxRow(bench.vault, { id, task: `task-${id}`, name: id, photos }, utf8(`{"id":"${id}"}`), []));
  await bench.db.photos.clear();
  return photos.map((photo) => photo.sha256);
}

const states = async () => Object.fromEntries((await bench.db.outbox.toArray()).map((row) => [row.id, row.state]));

test("record first, then photos in pieces, then only a line of the log is left", async () => {
  const [photo] = await add("a", [CHUNK * 2 + 5]);
  await outbox.run();
  expect(server.calls).toEqual(["record a", `state ${photo!.slice(0, 6)}`, "chunk 0", `chunk ${CHUNK}`, `chunk ${2 * CHUNK}`, `state ${photo!.slice(0, 6)}`]);
  expect(Buffer.from(server.held.get(photo!)!).equals(Buffer.from(bytesOf(CHUNK * 2 + 5, 1)))).toBe(true);
  expect([await bench.db.outbox.count(), await bench.db.blobs.count()]).toEqual([0, 0]);
  expect(await bench.db.sent.get("a")).toMatchObject({ matter: "N-a", photos: 1 });
});

test("a lost answer is asked for again with the same bytes; the server has it once", async () => {
  await add("a");
  server.loseAnswer.add("a");
  await outbox.run();
  expect(await states()).toEqual({ a: "waiting" });
  await outbox.runNow();
  expect(await bench.db.outbox.count()).toBe(0);
  expect(server.records.size).toBe(1);
});

test("an upload goes on where the server stands, also when a piece arrived but its answer did not", async () => {
  const [photo] = await add("a", [CHUNK + 9]);
  server.loseAnswer.add("0");
  await outbox.run();
  expect(await states()).toEqual({ a: "photos" });
  expect(await bench.db.blobs.count()).toBe(1);
  server.calls = [];
  await outbox.runNow();
  expect(server.calls).not.toContain("chunk 0");
  expect(server.calls).not.toContain("record a");
  expect(server.done.has(photo!)).toBe(true);
});

test("a wrong offset is corrected by what the server says", async () => {
  const [photo] = await add("a", [CHUNK + 9]);
  server.held.set(photo!, bytesOf(CHUNK + 9, 1).slice(0, 100));
  const honest = server.uploadState;
  server.uploadState = async (sha) => ({ ...(await honest(sha)), offset: 0 });
  await outbox.run();
  expect(server.calls).toContain("chunk 100");
  expect(server.done.has(photo!)).toBe(true);
});

test("bytes that were damaged on the way are sent anew from the start", async () => {
  const [photo] = await add("a", [500]);
  server.held.set(photo!, new Uint8Array(100));
  await outbox.run();
  expect(server.done.has(photo!)).toBe(true);
  expect(await bench.db.outbox.count()).toBe(0);
});

test("nothing is deleted on a word that does not name the same digest", async () => {
  await add("a", [50]);
  const honest = server.putRecord;
  server.putRecord = async (id, bytes) => ({ ...(await honest(id, bytes)), sha256: "0".repeat(64) });
  await outbox.run();
  expect(await states()).toEqual({ a: "waiting" });
  server.putRecord = honest;
  const state = server.uploadState;
  server.uploadState = async (sha) => ({ ...(await state(sha)), sha256: "0".repeat(64) });
  await outbox.runNow();
  expect(await states()).toEqual({ a: "photos" });
  expect(await bench.db.blobs.count()).toBe(1);
});

test("a conflict and a refusal stay, with the reason, and hold up nobody", async () => {
  for (const id of ["a", "b", "c"]) await add(id);
  server.records.set("a", "other bytes");
  server.fail = (call) => (call === "record b" ? new ServerProblem(422, "record.unreadable", "no", "export it", {}) : null);
  await outbox.run();
  expect(await states()).toEqual({ a: "conflict", b: "refused" });
  expect((await bench.db.outbox.get("b"))!.problem).toEqual({ code: "record.unreadable", message: "no", mend: "export it" });
  expect(await bench.db.sent.count()).toBe(1);
  server.calls = [];
  await outbox.runNow();
  expect(server.calls).toEqual([]); // neither is tried again by itself
  server.fail = null;
  await outbox.retry("b");
  expect(await states()).toEqual({ a: "conflict" });
});

test("a photo that the server will not keep holds up no other; the record can be set aside, its bytes stay", async () => {
  const [bad, good] = await add("a", [700, 900]);
  server.fail = (call) => (call === `state ${bad!.slice(0, 6)}` ? new ServerProblem(422, "upload.content", "no photo", "", {}) : null);
  await outbox.run();
  const row = (await bench.db.outbox.get("a"))!;
  expect([row.state, row.problem?.code, row.matter]).toEqual(["refused", "upload.content", "N-a"]);
  expect(server.done.has(good!)).toBe(true);
  server.fail = () => new Unreachable("away");
  await expect(outbox.setAside("a", "1 missing")).rejects.toThrow(Unreachable);
  expect(await bench.db.outbox.count()).toBe(1); // the desk must learn of it, or it would wait for ever
  server.fail = null;
  await outbox.setAside("a", "1 missing");
  expect(server.aside).toEqual({ a: [bad] });
  expect(await bench.db.outbox.count()).toBe(0);
  expect((await bench.db.sent.get("a"))!.flags).toEqual(["1 missing"]);
  expect(await bench.db.blobs.get(bad!)).toBeTruthy();
});

test("a record that the server has not taken cannot be set aside", async () => {
  await add("a");
  server.fail = (call) => (call === "record a" ? new ServerProblem(422, "record.refused", "no", "", {}) : null);
  await outbox.run();
  await outbox.setAside("a", "");
  expect((await bench.db.outbox.get("a"))!.state).toBe("refused");
});

test("an ended grant is no fault of the record: it waits", async () => {
  await add("a");
  server.fail = () => new ServerProblem(403, "grant.over", "ended", "renew", {});
  await outbox.run();
  const row = await bench.db.outbox.get("a");
  expect(row).toMatchObject({ state: "waiting", tries: 1, problem: { code: "grant.over" } });
  expect(row!.next).toBeGreaterThan(Date.now());
});

test("two runs at once send once", async () => {
  await add("a", [10]);
  await Promise.all([outbox.run(), outbox.run(), outbox.run()]);
  expect(server.calls.filter((call) => call === "record a")).toHaveLength(1);
});

test("killed while sending: the next start sends the same bytes again", async () => {
  await add("a");
  await bench.db.outbox.update("a", { state: "sending" });
  await outbox.run();
  expect(server.records.has("a")).toBe(true);
});

test("the wait doubles and ends at a minute", () => {
  expect([1, 2, 3, 5, 6, 50].map(backoff)).toEqual([2000, 4000, 8000, 32000, 60000, 60000]);
});

test("the export holds the very bytes, with their digests", async () => {
  const [photo] = await add("a", [300]);
  const { unzipSync } = await import("fflate");
  const files = unzipSync(await exportZip(bench.db, bench.vault, (await bench.db.outbox.get("a"))!));
  expect(Buffer.from(files["record.json"]!).toString()).toBe('{"id":"a"}');
  expect(await sha256(new Uint8Array(files[`photos/${photo}.jpg`]!))).toBe(photo);
  expect(Buffer.from(files["SHA256SUMS"]!).toString()).toContain(`${photo}  photos/${photo}.jpg`);
});

/** A phone with no room: every row that would be written is refused; deleting goes on. */
function fillUp(): () => void {
  const refuse = () => {
    throw new DOMException("no room", "QuotaExceededError");
  };
  const tables = bench.db.tables;
  tables.forEach((table) => (table.hook("creating", refuse), table.hook("updating", refuse)));
  return () => tables.forEach((table) => (table.hook("creating").unsubscribe(refuse), table.hook("updating").unsubscribe(refuse)));
}

test("a phone without room still sends, and gets its room back that way", async () => {
  const [photo] = await add("a", [CHUNK + 9]);
  const empty = fillUp();
  await outbox.run();
  empty();
  expect(server.done.has(photo!)).toBe(true);
  expect([await bench.db.outbox.count(), await bench.db.blobs.count()]).toEqual([0, 0]);
  expect(full.value).toBe(true);
  expect(await tryRoom(bench.db)).toBe(true);
});

test("a photo that arrived but could not be noted as such is not missed later", async () => {
  const [photo] = await add("a", [50]);
  server.held.set(photo!, bytesOf(50, 1));
  server.done.add(photo!);
  await bench.db.blobs.clear();
  await outbox.run();
  expect(await bench.db.outbox.count()).toBe(0);
});

test("no room is told from any other failure, however deep it lies", () => {
  const none = new DOMException("", "QuotaExceededError");
  expect([none, { name: "AbortError", inner: none }, { name: "BulkError", failures: [{ inner: none }] }].map(isFull)).toEqual([true, true, true]);
  expect([new Error("x"), null, "QuotaExceededError", { name: "AbortError", inner: null }].map(isFull)).toEqual([false, false, false, false]);
});
