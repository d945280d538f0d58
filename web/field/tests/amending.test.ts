import { beforeEach, expect, test } from "vitest";
import { amend, mayAmend } from "../src/amending";
import { utf8, uuid7 } from "../src/bytes";
import { canonicalText, type Json } from "../src/canonical";
import { KeyRing } from "../src/crypto";
import { checklistRef, type SentRow } from "../src/db";
import { tidy } from "../src/housekeeping";
import type { Listed } from "../src/joining";
import { amendsOf } from "../src/paperdata";
import type { Profile } from "../src/profiles";
import type { Content, FieldRecord } from "../src/record";
import { Session, session } from "../src/session";
import { freeze, signersOf, submit } from "../src/signing";
import { Visit } from "../src/visit";
import { localDate } from "../src/workdays";
import { shared, shop } from "./helpers";

const hand = shared<{ known: { lists: Listed[] }; records: { hand: FieldRecord } }>("tests/fixtures/record_inspection_3_hand.json");
const here = () => session.value!;
const tomorrow = () => localDate(new Date(Date.now() + 86_400_000));
const content = (visit: Visit): Content => JSON.parse(visit.head.frozen!.content) as Content;

beforeEach(async () => {
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), device: "d1", name: "赵明远" } as unknown as Profile, ring);
  here().reference.site = { zone: "", origin: "https://zj.example", language: "zh-hans", tiles: "" } as never;
});

/** A visit by the lists of the fixture, as it lies on the phone once the server has it. */
async function sent(until = tomorrow()): Promise<SentRow> {
  const record = hand.records.hand;
  await here().db.premises.put(shop(record.content.premises));
  for (const list of hand.known.lists) await here().db.checklists.put({ ...list, ref: checklistRef(list) } as never);
  const box = await here().vault.seal(utf8(canonicalText(record as unknown as Json)), `outbox/${record.id}`);
  const row: SentRow = {
    id: record.id, task: "", name: "清风小馆", matter: "JC〔2026〕1号", at: new Date().toISOString(), photos: 2, flags: [], papers: null,
    amendable: { until, lists: record.content.checklists.map(checklistRef) }, record: box,
  };
  await here().db.sent.put(row);
  return row;
}

test("the new version begins with all that was signed; only its own words follow the answers", async () => {
  const row = await sent();
  const begun = (await amend(here(), row.id))!;
  expect(await amend(here(), row.id), "a second tap goes on with it").toEqual(begun);
  const visit = (await Visit.load(begun.draft))!;
  const was = hand.records.hand.content;
  expect([...visit.answers.values()].map((each) => each.item).sort()).toEqual(was.answers.map((each) => each.item).sort());
  expect(visit.photos.map((each) => each.sha256).sort()).toEqual([...was.photos, ...(was.voices ?? [])].map((each) => each.sha256).sort());
  visit.saveHead({ amends: { ...visit.head.amends!, reason: " 数值录错 " } });
  await freeze(visit, was.deadline);
  const now = content(visit);
  expect([now.started, now.ended, now.task, now.present]).toEqual([was.started, was.ended, was.task, was.present]);
  expect(now.amends).toMatchObject({ record: row.id, reason: "数值录错", absent: false, papers: was.papers.map(({ kind, number }) => ({ kind, number })) });
  const id = await submit(visit);
  expect((await here().db.sent.get(row.id))!).toMatchObject({ amended: id, record: null });
  expect(mayAmend((await here().db.sent.get(row.id))!, tomorrow())).toBe(false);
  expect(await here().db.outbox.get(id), "and may be amended in its turn").toHaveProperty("amendable");
});

test("where the other side is not there, nobody is asked to sign for it", async () => {
  const visit = (await Visit.load((await amend(here(), (await sent()).id))!.draft))!;
  visit.saveHead({ amends: { ...visit.head.amends!, reason: "文字有误", absent: true } });
  await freeze(visit, visit.head.deadline);
  expect(signersOf(content(visit)).map((each) => each.who)).toEqual(["inspector1", "inspector2"]);
});

test("after its last day, or without its lists, there is nothing to begin", async () => {
  const row = await sent("2020-01-01");
  expect(mayAmend(row, "2020-01-01")).toBe(true);
  expect(mayAmend(row, "2020-01-02")).toBe(false);
  await tidy(here().db);
  expect((await here().db.sent.get(row.id))!.record).toBeNull();
  expect(await amend(here(), row.id)).toBeNull();
  const other = await sent();
  await here().db.checklists.clear();
  expect(await amend(here(), other.id)).toBeNull();
});

test("each paper says what it takes the place of, as the server's does", () => {
  const papers: Content["papers"] = [{ kind: "onsite_record", number: "〔2026〕9号", code: null }];
  const amends = { record: "r1", reason: "看错", at: "2026-11-20T10:05:30+08:00", absent: true, papers };
  const told = { ...hand.records.hand.content, amends };
  expect(amendsOf(told, "onsite_record")).toEqual({ amends: { number: "〔2026〕9号", reason: "看错", at: "2026-11-20T10:05", absent: true } });
  expect(amendsOf(told, "result_sheet").amends!.number).toBe("");
  expect(amendsOf(hand.records.hand.content, "onsite_record")).toEqual({});
});
