import { expect, test } from "vitest";
import { sha256, utf8 } from "../src/bytes";
import { holdNumbers, releaseNumbers } from "../src/drafts";
import type { Answer } from "../src/record";
import { phone, shop } from "./helpers";

const at = "2026-11-23T10:00:00+08:00";
const answer = (item: string, value: Answer["answer"]): Answer => ({ item, answer: value, by: "tap", at });

test("the last of two quick taps wins, and what a new start reads is what was tapped", async () => {
  const { db, vault, drafts } = await phone();
  const id = await drafts.start(shop(), null, "routine", [{ id: "c", version: 1 }], []);
  // not awaited one by one: as fast as fingers can be
  await Promise.all([
    drafts.saveAnswers(id, [answer("1.1", "no")]),
    drafts.saveAnswers(id, [answer("1.1", "na")]),
    drafts.saveAnswers(id, [answer("1.1", "yes"), answer("1.2", "no")]),
  ]);
  const { Drafts } = await import("../src/drafts");
  const again = await new Drafts(db, vault).load(id);
  expect([...again!.answers.values()].map((each) => [each.item, each.answer])).toEqual([["1.1", "yes"], ["1.2", "no"]]);
});

test("a shop's visit is started once: the second start gives the same draft", async () => {
  const { drafts } = await phone();
  const first = await drafts.start(shop(), null, "routine", [], []);
  expect(await drafts.start(shop(), null, "routine", [], [])).toBe(first);
});

test("nothing of the work lies open in the store", async () => {
  const { db, drafts } = await phone();
  const id = await drafts.start(shop(), null, "routine", [], []);
  await drafts.saveAnswers(id, [{ ...answer("1.1", "no"), note: "SECRETNOTE" }]);
  const bytes = utf8("SECRETPHOTO");
  const sha = await sha256(bytes);
  const meta = { sha256: sha, size: bytes.length, type: "image/jpeg", taken: at, item: "1.1", name: "" };
  await drafts.addPhoto(id, meta, bytes, bytes);
  const raw: string[] = [];
  for (const table of [db.drafts, db.answers, db.photos, db.blobs]) {
    for (const row of await table.toArray()) {
      raw.push(JSON.stringify(row, (_, value: unknown) => (value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value)));
    }
  }
  expect(raw.join()).not.toMatch(/SECRET|清风/);
  expect(Buffer.from((await drafts.shownPhoto(sha))!).toString()).toBe("SECRETPHOTO");
});

test("a failed write does not hold up the next one", async () => {
  const { db, drafts } = await phone();
  const id = await drafts.start(shop(), null, "routine", [], []);
  const broken = drafts.saveAnswers(id, [{ ...answer("1.1", "no"), item: undefined as unknown as string }]);
  const fine = drafts.saveAnswers(id, [answer("1.2", "yes")]);
  await expect(broken).rejects.toThrow();
  await fine;
  expect(await db.answers.count()).toBe(1);
});

test("numbers go out in their order, are kept by their draft, and come back when it is thrown away", async () => {
  const { db, drafts } = await phone();
  const id = await drafts.start(shop(), null, "routine", [], []);
  for (const n of [10, 9]) await db.numbers.add({ number: `检〔2026〕${n}号`, kind: "onsite_record", code: `c${n}`, heldBy: "", used: 0 });
  const held = await holdNumbers(db, id, ["onsite_record", "result_sheet"]);
  expect(held).toEqual([
    { kind: "onsite_record", number: "检〔2026〕9号", code: "c9" },
    { kind: "result_sheet", number: null, code: null },
  ]);
  expect((await holdNumbers(db, id, ["onsite_record"]))[0]!.number).toBe("检〔2026〕9号");
  expect((await holdNumbers(db, "other", ["onsite_record"]))[0]!.number).toBe("检〔2026〕10号");
  await db.numbers.add({ number: "川检〔2026〕2号", kind: "onsite_record", code: "C", organ: "370302", heldBy: "", used: 0 });
  await db.numbers.add({ number: "张检〔2026〕11号", kind: "onsite_record", code: "D", organ: "370303", heldBy: "", used: 0 });
  expect((await holdNumbers(db, "loan", ["onsite_record"], "370303"))[0]!.number).toBe("张检〔2026〕11号");
  expect((await holdNumbers(db, "there", ["onsite_record"], "370302"))[0]!.number).toBe("川检〔2026〕2号");
  expect((await holdNumbers(db, "third", ["onsite_record"], "370302"))[0]!.number).toBeNull();
  await drafts.discard(id);
  expect((await db.numbers.where("heldBy").equals("").toArray()).map((row) => row.number)).toEqual(["检〔2026〕9号"]);
});

test("a used number never becomes free again", async () => {
  const { db } = await phone();
  await db.numbers.add({ number: "1", kind: "onsite_record", code: "c", heldBy: "d", used: 1 });
  await releaseNumbers(db, "d");
  expect((await db.numbers.get("1"))!.heldBy).toBe("d");
});

test("a photo's bytes stay while another draft has the same photo", async () => {
  const { db, drafts } = await phone();
  const bytes = utf8("same photo");
  const sha = await sha256(bytes);
  const ids = [await drafts.start(shop("s1"), null, "routine", [], []), await drafts.start(shop("s2"), null, "routine", [], [])];
  const meta = { sha256: sha, size: bytes.length, type: "image/jpeg", taken: at, name: "" };
  for (const id of ids) await drafts.addPhoto(id, meta, bytes, bytes);
  await drafts.discard(ids[0]!);
  expect(await db.blobs.count()).toBe(1);
  await drafts.removePhoto(ids[1]!, sha);
  expect(await db.blobs.count()).toBe(0);
});
