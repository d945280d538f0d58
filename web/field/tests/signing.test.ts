import { beforeEach, expect, test } from "vitest";
import { uuid7 } from "../src/bytes";
import type { Json } from "../src/canonical";
import { digestOf, KeyRing } from "../src/crypto";
import type { Content, FieldRecord, SignerRole } from "../src/record";
import { Session, session } from "../src/session";
import type { Profile } from "../src/profiles";
import { freeze, keepSignature, refuse, relent, signersOf, submit, unsignedAgain } from "../src/signing";
import { Visit } from "../src/visit";
import { shop } from "./helpers";

const OFFICERS = [
  { id: 1, name: "赵明远", certificate_no: "鲁C-001" },
  { id: 2, name: "钱立群", certificate_no: "鲁C-002" },
];
const REFUSED = { reason: "不认可检查结果", witness: "孙某" };

let visit: Visit;

const content = (): Content => JSON.parse(visit.head.frozen!.content) as Content;
const signed = (): SignerRole[] => visit.head.frozen!.signatures.map((each) => each.who);

function sign(...whom: SignerRole[]): void {
  for (const who of whom) keepSignature(visit, { who, name: who, strokes: [[[1, 1, 0]]], at: "2026-11-20T10:00:00+08:00" });
}

/** What a browser that was killed finds again. */
async function reopened(): Promise<Visit> {
  await visit.flush();
  return (await Visit.load(visit.head.id))!;
}

beforeEach(async () => {
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), device: "d1", name: "赵明远" } as unknown as Profile, ring);
  const id = await session.value.drafts.start(shop(), null, "routine", [], OFFICERS, { short: true });
  visit = (await Visit.load(id))!;
  visit.saveHead({ findings: "无证经营", present: { name: "周某", role: "负责人" } });
  await freeze(visit, null);
});

async function started(): Promise<Visit> {
  const id = await session.value!.drafts.start(shop("s2"), null, "routine", [], OFFICERS, { short: true });
  return (await Visit.load(id))!;
}

test("the refusal is part of what is signed: the digest is another, and who had signed signs again", async () => {
  sign("inspector1");
  const before = visit.head.frozen!.digest;
  await refuse(visit, REFUSED);
  expect(content().refused).toEqual(REFUSED);
  expect(visit.head.frozen!.digest).not.toBe(before);
  expect(signed()).toEqual([]);
  expect(unsignedAgain(visit.head.frozen!), "he is told, and only he").toEqual(["inspector1"]);
  visit = await reopened();
  expect(unsignedAgain(visit.head.frozen!), "also after the browser was killed").toEqual(["inspector1"]);
  sign("witness", "inspector1", "inspector2");
  expect(unsignedAgain(visit.head.frozen!)).toEqual([]);
});

test("nobody is asked again who had not signed", async () => {
  await refuse(visit, REFUSED);
  expect(unsignedAgain(visit.head.frozen!)).toEqual([]);
});

test("he signs after all: the very text of before is on the table, and the officers' signatures of it hold", async () => {
  sign("inspector1", "inspector2");
  const { content: text, digest } = visit.head.frozen!;
  await refuse(visit, REFUSED);
  visit = await reopened();
  await relent(visit);
  expect([visit.head.refused, visit.head.frozen!.content, visit.head.frozen!.digest]).toEqual([null, text, digest]);
  expect(signed()).toEqual(["inspector1", "inspector2"]);
  expect(unsignedAgain(visit.head.frozen!)).toEqual([]);
  expect(signersOf(content()).map((each) => each.who)).toEqual(["party", "inspector1", "inspector2"]);
});

test("he himself signs anew, and so does who had signed the refusal only", async () => {
  sign("party", "inspector1");
  await refuse(visit, REFUSED);
  sign("witness", "inspector1", "inspector2");
  await relent(visit);
  expect(signed()).toEqual(["inspector1"]);
  expect(unsignedAgain(visit.head.frozen!)).toEqual(["inspector2"]);
});

test("a draft of before this version is frozen anew", async () => {
  await refuse(visit, REFUSED);
  sign("inspector1");
  visit.head.frozen = { ...visit.head.frozen!, before: undefined };
  await relent(visit);
  expect([content().refused, signed(), unsignedAgain(visit.head.frozen!)]).toEqual([null, [], ["inspector1"]]);
});

test("only the text that was signed last and its own signatures are sent", async () => {
  sign("inspector1");
  await refuse(visit, REFUSED);
  sign("inspector2", "inspector1", "witness");
  session.value!.reference.site = { zone: "Asia/Shanghai", origin: "https://zj.example" };
  const id = await submit(visit);
  const row = (await session.value!.db.outbox.get(id))!;
  const sent = JSON.parse(new TextDecoder().decode(await session.value!.vault.open(row.box, `outbox/${id}`))) as FieldRecord;
  expect(sent.content.refused).toEqual(REFUSED);
  expect(sent.digest).toBe(await digestOf(sent.content as unknown as Json));
  expect(sent.signatures.map((each) => each.who)).toEqual(["witness", "inspector1", "inspector2"]);
  expect(Object.keys(sent).sort()).toEqual(["content", "digest", "id", "kind", "schema", "signatures"]);
});

test("what is being typed when the page is left stands on the next page", async () => {
  const typed = await started();
  typed.typeHead({ present: { name: "王清", role: "" } });
  typed.typeHead({ present: { name: "王清", role: "店长" } }); // while the first one is being written
  typed.close();
  expect((await Visit.load(typed.head.id))!.head.present).toEqual({ name: "王清", role: "店长" });
});
