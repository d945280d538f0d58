import { expect, test } from "vitest";
import { canonicalText, type Json } from "../src/canonical";
import type { PaperKind } from "../src/contract";
import { digestOf } from "../src/crypto";
import { join, only, type Listed } from "../src/joining";
import { BUILDERS, type Known } from "../src/paperdata";
import { paperViews } from "../src/paperview";
import { qrPath } from "../src/qr";
import type { FieldRecord } from "../src/record";
import { lifted, shared, shop } from "./helpers";

interface Fixture {
  known: Omit<Known, "sheet"> & { lists: Listed[] };
  records: Record<string, FieldRecord>;
  papers: Record<string, Record<PaperKind, unknown>>;
}
const fixture = shared<Fixture>("tests/fixtures/record_inspection_1.json");
/** Records whose officers wrote no findings; only the facts named there are told. */
const found = shared<Omit<Fixture, "papers"> & { papers: Record<string, Record<PaperKind, object>> }>("tests/fixtures/record_inspection_1_found.json");
/** Schema 2: visits that could not be made, and a place that the register did not have. */
const second = shared<Fixture>("tests/fixtures/record_inspection_2.json");
/** Schema 3 with marked photos and products. */
const hand = shared<Fixture>("tests/fixtures/record_inspection_3_hand.json");
/** Schema 3: a visit by three lists. */
const third = shared<Fixture>("tests/fixtures/record_inspection_3.json");
const knownOf = ({ lists, ...known }: Fixture["known"]): Known => ({ ...known, sheet: lists.length ? join(lists) : null });
const wanted = Object.entries(found.papers).flatMap(([name, papers]) => Object.entries(papers).map(([kind, facts]) => ({ name, kind: kind as PaperKind, facts })));
/** The papers of every visit; a penalty's own stands in `penalty.test.ts`. */
const KINDS = (Object.keys(BUILDERS) as PaperKind[]).filter((kind) => kind !== "spot_decision");
const cases = Object.keys(fixture.records).flatMap((name) =>
  KINDS.map((kind) => ({ name, kind })),
);

test.each(cases)("$name: $kind has the facts that the server prints, field by field", ({ name, kind }) => {
  expect(BUILDERS[kind](lifted(fixture.records[name]!), knownOf(fixture.known))).toEqual(fixture.papers[name]![kind]);
});

test.each(KINDS)("%s: the superiors' code of the visit stands on it, where one was issued", (kind) => {
  const record = lifted(fixture.records.signed!);
  const content = { ...record.content, check_code: "JC37030020260001234", papers: [{ kind, number: null, code: null }] };
  const made = BUILDERS[kind]({ ...record, content }, knownOf(fixture.known));
  expect(made).toEqual({ ...(fixture.papers.signed![kind] as object), check_code: "JC37030020260001234" });
  const shown = (texts: Record<string, string>) =>
    JSON.stringify(paperViews({ id: record.id, content, digest: "", premises: shop(), sheet: knownOf(fixture.known).sheet, organ: null, forms: { [kind]: { title: "", texts } }, signatures: [], origin: "" }));
  expect(shown({ check_code: "检查码" })).toContain("JC37030020260001234");
  expect(shown({ time: "Time" })).not.toContain("JC37030020260001234");
});

test.each(wanted)("$name: $kind tells what was found as the server does", ({ name, kind, facts }) => {
  const record = lifted(found.records[name]!);
  const known = knownOf(found.known);
  expect(BUILDERS[kind](record, record.content.checklists.length ? known : { ...known, sheet: null })).toMatchObject(facts);
});

test.each(["refused", "refused_unknown", "left"])("%s: the record that was put to nobody has the facts that the server prints, told by the same words", (name) => {
  const record = lifted(second.records[name]!);
  const wanted = second.papers[name]!.onsite_record;
  expect(BUILDERS.onsite_record(record, knownOf(second.known))).toEqual(wanted);
  if (name === "left") return; // what was seen is the officers' own text
  const bare = { ...record, content: { ...record.content, findings: "" } };
  expect(BUILDERS.onsite_record(bare, knownOf(second.known))).toEqual(wanted);
});

test("a refused entry tells that other officers were asked for, as the server does", () => {
  const record = lifted(second.records.refused!);
  const known = knownOf(second.known);
  const asked = { ...record.content.informed, recusal: "yes" as const };
  const told = BUILDERS.onsite_record({ ...record, content: { ...record.content, findings: "", informed: asked } }, known) as { findings: string };
  expect(told.findings).toContain(second.known.words.entry_recusal);
});

test("a record that was put to nobody says what the officers ticked, and no question or answer that was not", () => {
  const texts = { found: "", party: "当事人", came: "检查人员到场。", told_cards: "问：证件？", told_rights: "问：权利？", answer: "答：{text}", not_put_barred: "未交其核对。见证人：{witness}", not_put_left: "已离开。", no_witness_why: "无（{why}）", statement: "陈述", unnamed: "未能查明", nobody: "未停留", present: "在场人：{name}", absent: "当事人未到场", closing: "问：属实？", refused: "拒绝签字：{reason}" };
  const shown = (name: string): string => {
    const record = lifted(second.records[name]!);
    const view = paperViews({ id: record.id, content: record.content, digest: "", premises: shop(), sheet: null, organ: null, forms: { onsite_record: { title: "", texts } }, signatures: [], origin: "" })[0]!;
    return JSON.stringify([view.blocks, view.signers.map((each) => each.who)]);
  };
  for (const name of ["refused", "refused_unknown", "left"]) for (const said of ["问：", "答：", "未到场", "拒绝签字", '"party"']) expect(shown(name)).not.toContain(said);
  expect(shown("refused")).toContain("出示了执法证件");
  expect(shown("refused")).toContain("在场人：孙淑华");
  expect(shown("refused_unknown")).not.toContain("出示");
  expect(shown("refused_unknown")).toContain("无（现场无其他人，已全程录像）");
  expect(shown("refused_unknown")).toContain("没空，改天再来。");
  expect(shown("left")).toContain("未停留");
});

test.each(Object.keys(second.records))("%s: the digest of schema 2 is that of the canonical content", async (name) => {
  const record = second.records[name]!;
  expect([record.schema, await digestOf(record.content as unknown as Json)]).toEqual([2, record.digest]);
});

test.each(KINDS)("a visit by three lists: %s says what the server prints, the food sheet only what is food's", (kind) => {
  const { known, records, papers } = third;
  const whole = knownOf(known);
  const food = ["cn.food_service", "cn.food_service_2016", "cn.food_retail"];
  const sheet = kind === "result_sheet" ? only(whole.sheet!, food) : whole.sheet;
  expect(BUILDERS[kind](records.joined!, { ...whole, sheet })).toEqual(papers.joined![kind]);
});

interface Ordered {
  ground_items: string;
  grounds: Known["grounds"];
  cases: { rectify: string[]; ordered_by: string[]; grounds?: Known["grounds"] }[];
}
const ordered = shared<Ordered>("tests/fixtures/ordered_by.json");
const ordering = (nos: string[]): FieldRecord => {
  const { content, ...record } = third.records.joined!;
  return { ...record, content: { ...content, outcome: { ...content.outcome!, items: nos.map((item) => ({ item, measure: "rectify" as const })) } } };
};

test.each(ordered.cases)("an article that is not the law of every item names its items: $ordered_by", ({ rectify, ordered_by, grounds }) => {
  const known = { ...knownOf(third.known), ground_items: ordered.ground_items, grounds: grounds ?? ordered.grounds };
  expect(BUILDERS.rectification_order(ordering(rectify), known)).toMatchObject({ found: rectify.map((no) => ({ no })), ordered_by });
});

test("the order of a mixed visit shows the items of its article by the form's words", () => {
  const { rectify, ordered_by } = ordered.cases[1]!;
  const record = ordering(rectify);
  const content = { ...record.content, papers: [{ kind: "rectification_order" as const, number: null, code: null }] };
  const forms = { rectification_order: { title: "", grounds: ordered.grounds, texts: { against_by: "依据{ground}的规定", ground_items: ordered.ground_items } } };
  const views = paperViews({ id: record.id, content, digest: "", premises: shop(), sheet: knownOf(third.known).sheet, organ: null, forms, signatures: [], origin: "" });
  expect(JSON.stringify(views[0]!.blocks)).toContain(`依据${ordered_by[0]}的规定`);
});

test.each(KINDS)("marked photos and products: %s says what the server prints", (kind) => {
  const whole = knownOf(hand.known);
  const sheet = kind === "result_sheet" ? only(whole.sheet!, ["cn.food_service", "cn.food_service_2016", "cn.food_retail"]) : whole.sheet;
  expect(BUILDERS[kind](hand.records.hand!, { ...whole, sheet })).toEqual(hand.papers.hand![kind]);
});

test("a marked photo stands on the phone's paper by its item and the digest of the photo itself", () => {
  const record = hand.records.hand!;
  const view = (texts: Record<string, string>) => {
    const content = { ...record.content, papers: [{ kind: "onsite_record" as const, number: null, code: null }] };
    return JSON.stringify(paperViews({ id: record.id, content, digest: "", premises: shop(), sheet: knownOf(hand.known).sheet, organ: null, forms: { onsite_record: { title: "", texts } }, signatures: [], origin: "" }));
  };
  expect(view({ picture: "照片 {no} {of}" })).toContain(`照片 餐饮 K8.1 ${"a".repeat(16)}`);
  expect(view({ time: "Time" })).not.toContain("a".repeat(16));
});

test("a requirement that the finding names is not said twice, and a form without a ground shows none", () => {
  const record = lifted(fixture.records.signed!);
  const lines = (texts: Record<string, string>) => {
    const forms = { rectification_order: { title: "", texts } };
    const [view] = paperViews({ id: record.id, content: { ...record.content, papers: [{ kind: "rectification_order", number: null, code: null }] }, digest: "", premises: shop(), sheet: knownOf(fixture.known).sheet, organ: null, forms, signatures: [], origin: "" });
    return view!.blocks.flatMap((block) => (block.kind === "text" ? [block.text] : []));
  };
  expect(lines({ item: "项 {no}", item_text: "项 {no}:{text}", ground: "依据 {basis}" })[3]).toMatch(/^项 [^:]+:.+。依据 .+。$/);
  expect(lines({ item_text: "项 {no}" })[3]).not.toContain("ground");
});

test.each(Object.keys(fixture.records))("%s: the digest is that of the canonical content", async (name) => {
  const record = fixture.records[name]!;
  expect(await digestOf(record.content as unknown as Json)).toBe(record.digest);
  expect(canonicalText(record as unknown as Json)).toContain(`"digest":"${record.digest}"`);
});

test("a paper without a number says so, and an unsealed one that it is not in force", () => {
  const record = lifted(fixture.records.signed!);
  const content = { ...record.content, papers: [{ kind: "rectification_order" as const, number: null, code: null }] };
  const forms = { rectification_order: { title: "责令改正通知书", sealed: true, notes: ["尚未生效"], signs: ["party"], texts: { found: "经查:" } } };
  const [view] = paperViews({
    id: record.id, content, digest: record.digest, premises: shop(), sheet: null, organ: null, forms,
    signatures: record.signatures, origin: "https://example.org",
  }); // prettier-ignore
  expect(view).toMatchObject({ number: "编号待补", verify: "", unsealed: "尚未生效" });
  expect(view!.blocks[1]).toEqual({ kind: "text", text: "经查:", strong: false });
});

test("a place without official forms still shows the facts", () => {
  const record = lifted(fixture.records.signed!);
  const views = paperViews({
    id: record.id, content: record.content, digest: record.digest, premises: shop(), sheet: null, organ: null, forms: {},
    signatures: [], origin: "https://example.org",
  }); // prettier-ignore
  expect(views.length).toBe(record.content.papers.length);
  expect(JSON.stringify(views[0]!.blocks)).toContain(JSON.stringify(record.content.findings).slice(1, 20));
});

test("a QR code has its quiet zone", () => {
  const { path, size } = qrPath("https://example.org/v/ABC");
  expect(size).toBeGreaterThan(28);
  expect(path.startsWith("M4 4h1v1h-1z")).toBe(true);
});
