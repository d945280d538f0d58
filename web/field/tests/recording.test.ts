import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sha256, uuid7 } from "../src/bytes";
import { contentOf } from "../src/content";
import { KeyRing } from "../src/crypto";
import { exportZip } from "../src/exporting";
import type { Profile } from "../src/profiles";
import { checkVoice, LONGEST_S, NoMicrophone, NotAVoice, record, recordingFor, settled, voiceKind } from "../src/recording";
import { Session, session } from "../src/session";
import { freeze, keepSignature, submit } from "../src/signing";
import { Visit } from "../src/visit";
import { wordsOf } from "../src/wording";
import { ROOT, shop } from "./helpers";

const bytes = (name: string) => new Uint8Array(readFileSync(resolve(ROOT, "tests/fixtures", name)));
const OFFICERS = [{ id: 1, name: "赵明远", certificate_no: "鲁C-001" }, { id: 2, name: "钱立群", certificate_no: "鲁C-002" }];

/** A recorder as the browser's: it hands over what it has when it is stopped. */
class Recorder {
  static isTypeSupported = (kind: string) => kind.startsWith("audio/webm");
  state = "inactive";
  onstop: () => void = () => undefined;
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  start(): void {
    this.state = "recording";
  }
  stop(): void {
    this.state = "inactive";
    queueMicrotask(() => {
      this.ondataavailable({ data: new Blob([bytes("voice.webm")]) });
      this.onstop();
    });
  }
}
const microphone = vi.fn();

beforeEach(async () => {
  microphone.mockReset().mockResolvedValue({ getTracks: () => [{ stop: () => undefined }] });
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: microphone } });
  vi.stubGlobal("location", { origin: "https://zhijian.example" });
  vi.stubGlobal("document", { addEventListener: () => undefined, removeEventListener: () => undefined });
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), device: "d1", name: "赵明远" } as unknown as Profile, ring);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function begun(): Promise<Visit> {
  const id = await session.value!.drafts.start(shop(), null, "routine", [], OFFICERS, { short: true });
  return (await Visit.load(id))!;
}

test("a recording is known by its first bytes, as the server knows it", () => {
  expect(["voice.webm", "voice_pieces.webm", "voice.mp4"].map((name) => voiceKind(bytes(name)))).toEqual(["audio/webm", "audio/webm", "audio/mp4"]);
  expect(() => checkVoice(new Uint8Array())).toThrow(NotAVoice);
  expect(() => checkVoice(new TextEncoder().encode("<script>"))).toThrow(NotAVoice);
});

test("a note ends by itself after a minute", async () => {
  vi.useFakeTimers();
  const told: number[] = [];
  const whole = record("1.1", async ({ seconds }) => void told.push(seconds));
  await vi.advanceTimersByTimeAsync((LONGEST_S - 1) * 1000);
  expect([recordingFor.value, told]).toEqual(["1.1", []]);
  await vi.advanceTimersByTimeAsync(1500);
  await whole;
  expect([recordingFor.value, told]).toEqual(["", [LONGEST_S]]);
});

test("without a microphone it says so, and the next try is a new one", async () => {
  microphone.mockRejectedValueOnce(new Error("denied"));
  await expect(record("1.1", async () => undefined)).rejects.toThrow(NoMicrophone);
  expect(recordingFor.value).toBe("");
});

test("a note that still runs when the page is left is in the visit that opens next", async () => {
  const visit = await begun();
  void record("1.1", (spoken) => visit.addVoice(spoken, "1.1"));
  await vi.waitFor(() => expect(recordingFor.value).toBe("1.1"));
  const next = (await Visit.load(visit.head.id))!;
  expect(next.voicesOf("1.1").map((each) => [each.type, each.seconds])).toEqual([["audio/webm", 1]]);
  expect(next.photosOf("1.1")).toEqual([]);
});

test("a note that cannot be kept is said where it was recorded, and stops nobody from going on", async () => {
  const visit = await begun();
  const whole = record("1.1", () => Promise.reject(new Error("full")));
  const said = expect(whole).rejects.toThrow("full");
  await vi.waitFor(() => expect(recordingFor.value).toBe("1.1"));
  await settled();
  await said;
  expect(await Visit.load(visit.head.id)).not.toBeNull();
});

test("what was said is signed for by its digest, waits in the outbox, and outlives a killed browser", async () => {
  const visit = await begun();
  const sound = bytes("voice.webm");
  await visit.addVoice({ sound: new Blob([sound]), seconds: 7 }, "1.1");
  const again = (await Visit.load(visit.head.id))!;
  again.saveHead({ findings: "见录音", present: { name: "周某", role: "负责人" } });
  await freeze(again, null);
  const content = JSON.parse(again.head.frozen!.content);
  const sha = await sha256(sound);
  expect(content.photos).toEqual([]);
  expect(content.voices).toEqual([{ sha256: sha, size: sound.length, type: "audio/webm", taken: expect.any(String), item: "1.1", seconds: 7 }]);
  for (const who of ["party", "inspector1", "inspector2"] as const) keepSignature(again, { who, name: who, strokes: [[[1, 1, 0]]], at: "2026-11-29T10:00:00+08:00" });
  vi.spyOn(session.value!.outbox, "run").mockResolvedValue();
  await submit(again);
  const { db, vault } = session.value!;
  const row = (await db.outbox.get(visit.head.id))!;
  expect(row.blobs).toEqual([{ sha256: sha, size: sound.length, type: "audio/webm", sent: 0, done: false }]);
  const box = (await db.blobs.get(sha))!;
  expect(await vault.open(box.original, `blobs/${sha}/original`)).toEqual(sound);
  expect(new TextDecoder("latin1").decode(await exportZip(db, vault, row))).toContain(`${sha}.weba`);
});

test("a record in which nobody said anything is what it always was", async () => {
  const visit = await begun();
  const at = { device: "", app: "", ended: "", skew: 0, rules: null, words: wordsOf(undefined), papers: [] };
  expect(contentOf(visit.draft, null, at)).not.toHaveProperty("voices");
});
