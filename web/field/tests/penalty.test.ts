import { beforeEach, expect, test } from "vitest";
import { uuid7 } from "../src/bytes";
import { cited } from "../src/citing";
import { contentOf, papersNeeded } from "../src/content";
import type { Checklist, Rules, SpotRules } from "../src/contract";
import { KeyRing } from "../src/crypto";
import { obstacles } from "../src/obstacles";
import { spotDecision, type Known, type SpotDecision } from "../src/paperdata";
import { paperViews } from "../src/paperview";
import { begun, candidates, cashAllowed, limitOf, penaltyOf, standing, yuan, type PenaltyDraft } from "../src/penalty";
import type { Profile } from "../src/profiles";
import type { FieldRecord } from "../src/record";
import { Session, session } from "../src/session";
import { Visit } from "../src/visit";
import { wordsOf } from "../src/wording";
import { capital } from "../src/yuan";
import { shared, shop } from "./helpers";

interface Shared {
  capital: [number, string][];
  rules: { citizen: number; entity: number; as_citizen: string[]; cash_most: number; cash_grounds: string[] };
  limits: [string, number, boolean][];
  cash: [number, string, boolean][];
  grounds: string[];
  cited: [string, number | null][];
}
const table = shared<Shared>("tests/fixtures/spot_penalty.json");
const fixture = shared<{ known: Omit<Known, "sheet">; record: FieldRecord; paper: SpotDecision }>("tests/fixtures/spot_decision.json");
const law = { basis: "程序规定 第66条", unverified: false };
const SPOT: SpotRules = {
  citizen: { most: table.rules.citizen, ...law },
  entity: { most: table.rules.entity, ...law },
  as_citizen: { kinds: table.rules.as_citizen, basis: "平台默认", unverified: true },
  officers: 2,
  grounds: [
    { act: "未明码标价", violated: "价格法第13条", basis: "价格法第42条", allows: ["fine"] },
    { act: "未悬挂许可证，拒不改正", violated: "许可办法第38条", basis: "许可办法第58条", allows: ["warning"], order_first: true },
  ],
  cash: { most: table.rules.cash_most, grounds: table.rules.cash_grounds, ...law },
  pay: { days: 15, at: "代收银行" },
};
const RULES: Rules = {
  decide: { version: 1, item: [{ if: { key: true }, measure: "investigate" }, { if: {}, measure: "rectify" }], overall: [{ if: {}, result: "basically_compliant" }] },
  deadline: { days: 7, unit: "days" },
  spot: SPOT,
};
const item = (no: string, key: boolean) => ({ no, key, text: `要求${no}`, basis: `食法${no}`, answer: { type: "yesno" as const }, photo: false, may_na: true, fix: "", verified: true });
const LIST: Checklist = { id: "t", version: 1, number: "", title: "表", basis: "", since: null, until: null, verified: true, applies: [], sections: [{ no: "1", title: "一", items: [item("1", true), item("2", false), item("3", false)] }] };

beforeEach(async () => {
  const { ring } = await KeyRing.make();
  session.value = new Session({ id: uuid7(), device: "d1", name: "赵明远" } as unknown as Profile, ring);
  Object.assign(session.value.reference, { rules: structuredClone(RULES) });
  await session.value.db.checklists.put({ ...LIST, ref: "t@1" } as never);
});

/** A visit whose items 1 (a key item) and 2 failed. */
async function visited(kind: string | null = "1100"): Promise<Visit> {
  const premises = shop("s1", { entity: { ...shop().entity, kind } });
  const officers = [1, 2].map((id) => ({ id, name: `甲${id}`, certificate_no: `鲁C-00${id}` }));
  const id = await session.value!.drafts.start(premises, null, "routine", [{ id: "t", version: 1 }], officers);
  const visit = new Visit(await session.value!.drafts.load(id) as never, { lists: [LIST], sections: LIST.sections } as never);
  for (const [no, answer] of [["1", "no"], ["2", "no"], ["3", "yes"]] as const) visit.answer(item(no, no === "1"), answer);
  visit.amend(item("2", false), { note: "未明码标价" });
  return visit;
}
const full = (visit: Visit, more: Partial<PenaltyDraft> = {}): PenaltyDraft => ({
  ...begun(candidates(visit).find((each) => each.item === "2")!), basis: "价格法第42条", fine: "200", told: true, asked: "silent", payment: "bank", ...more,
});
const missing = (visit: Visit) => obstacles(visit, "2999-01-01").filter((each) => each.text.startsWith("当场处罚")).map((each) => each.field);

test("amounts in words, limits and cash are those of the server", () => {
  for (const [amount, words] of table.capital) expect(capital(amount)).toBe(words);
  for (const [kind, fine, allowed] of table.limits) expect(fine <= limitOf(SPOT, kind).most, `${kind} ${fine}`).toBe(allowed);
  for (const [fine, ground, allowed] of table.cash) expect(cashAllowed(SPOT, fine, ground), `${fine} ${ground}`).toBe(allowed);
  for (const [basis, ground] of table.cited) expect(cited(table.grounds, basis), basis).toBe(ground ?? -1);
  expect(() => capital(1.5)).toThrow();
});

test("a fine is whole yuan", () => {
  expect(["", "200", " 7 ", "1.5", "-3", "二百", "1e3", "999999999"].map(yuan)).toEqual([0, 200, 7, null, null, null, null, null]);
});

test("the decision has the facts that the server prints", () => {
  expect(spotDecision(fixture.record, { ...fixture.known, sheet: null })).toEqual(fixture.paper);
});

test("only what failed can be punished, and nothing where nobody knows who the party is or where the place has no such rule", async () => {
  const visit = await visited();
  expect(candidates(visit).map(({ item: no, grave, basis }) => [no, grave, basis])).toEqual([["1", true, "食法1"], ["2", false, "食法2"]]);
  expect(candidates(visit)[1]!.found).toBe("未明码标价");
  visit.saveHead({ unlisted: { name: "无名", trade: "", licensed: "no", where: "" } });
  expect(candidates(visit)).toEqual([]);
  visit.saveHead({ unlisted: null });
  session.value!.reference.rules!.spot = null;
  expect(candidates(visit)).toEqual([]);
});

test("a record without a penalty is what it always was, one with it has its paper beside the others", async () => {
  const visit = await visited();
  const at = { device: "d", app: "1", ended: "2026-11-23T10:00:00+08:00", skew: 0, rules: session.value!.reference.rules, words: wordsOf(undefined), papers: [] };
  expect("penalty" in contentOf(visit.draft, visit.sheet, at)).toBe(false);
  expect(papersNeeded(visit.draft, visit.failed.value)).not.toContain("spot_decision");
  visit.saveHead({ penalty: full(visit) });
  expect(papersNeeded(visit.draft, visit.failed.value)).toEqual(["onsite_record", "result_sheet", "rectification_order", "spot_decision"]);
  expect(contentOf(visit.draft, visit.sheet, at).penalty).toEqual({
    item: "2", facts: "未明码标价", violated: "食法2", basis: "价格法第42条", warning: false, fine: 200, told: true, statement: "", heard: "none",
    answer: "", payment: "bank", cash_ground: "", receipt: "", days: 15, at: "代收银行",
  });
  expect(missing(visit)).toEqual([]);
});

test.each<[string, Partial<PenaltyDraft>, string[]]>([
  ["above the limit of an organisation", { fine: "3001" }, ["penalty-fine"]],
  ["no whole yuan", { fine: "99.5" }, ["penalty-fine"]],
  ["neither warned nor fined", { fine: "" }, ["penalty-warning"]],
  ["a warning alone", { basis: "某条例第28条", fine: "", warning: true, payment: "none" }, []],
  ["not told", { told: false }, ["penalty-told"]],
  ["nobody asked", { asked: "" }, ["penalty-silent"]],
  ["stated, and nothing became of it", { asked: "stated", statement: "不服" }, ["penalty-adopted"]],
  ["not adopted without a reason", { asked: "stated", statement: "不服", heard: "declined" }, ["penalty-answer"]],
  ["adopted without saying what of it", { asked: "stated", statement: "家庭困难", heard: "adopted" }, ["penalty-answer"]],
  ["stated and adopted", { asked: "stated", statement: "家庭困难", heard: "adopted", answer: "罚款减为一百元" }, []],
  ["a fine by an article that knows none", { violated: "许可办法第38条", basis: "许可办法第58条", ordered: "11月2日责令" }, ["penalty-fine"]],
  ["a fine by that article in other words, for another act", { violated: "食法2", basis: "《许可办法》第五十八条 ", ordered: "11月2日责令" }, ["penalty-fine"]],
  ["a warning by an article that knows none", { violated: "价格法第13条", warning: true }, ["penalty-warning"]],
  ["no order before, where only that is punished", { violated: "许可办法第38条", basis: "许可办法第58条", fine: "", warning: true }, ["penalty-ordered"]],
  ["an order named by one letter", { basis: "许可办法第58条", fine: "", warning: true, ordered: " x " }, ["penalty-ordered"]],
  ["no basis", { basis: " " }, ["penalty-basis"]],
  ["too much to be taken as a small sum", { payment: "cash", cash_ground: "small", receipt: "1" }, ["penalty-cash"]],
  ["taken without a receipt", { fine: "100", payment: "cash", cash_ground: "small" }, ["penalty-receipt"]],
  ["hard to collect later", { payment: "cash", cash_ground: "hard", receipt: "1" }, []],
])("%s: what stands before signing", async (_, more, wanted) => {
  const visit = await visited();
  visit.saveHead({ penalty: full(visit, more) });
  expect(missing(visit)).toEqual(wanted);
});

test("an individual business has the limit of a citizen, and so has whoever nobody knows", async () => {
  for (const kind of ["9500", "", null]) {
    const visit = await visited(kind);
    visit.saveHead({ penalty: full(visit, { fine: "201" }) });
    expect(missing(visit)).toEqual(["penalty-fine"]);
  }
});

test("a key item is punished only where the officer says so, an item that complies after all never", async () => {
  const visit = await visited();
  visit.saveHead({ penalty: { ...full(visit), ...begun(candidates(visit)[0]!), basis: "食法", warning: true, told: true, asked: "silent" } });
  expect(missing(visit)).toEqual(["penalty-anyway"]);
  visit.saveHead({ penalty: { ...visit.head.penalty!, anyway: true } });
  expect(missing(visit)).toEqual([]);
  visit.answer(item("1", true), "yes");
  expect(missing(visit)).toEqual(["penalty"]);
});

test("a finding that was not put right at a re-check can be punished", async () => {
  const visit = await visited();
  const open = { item: "2", rectification: "r1", found: "未明码标价", required: "", deadline: null, state: "ordered", answer: null };
  Object.assign(visit.head, { purpose: "recheck", task: { uid: "t", number: "", premises: "s1", open_items: [open] } });
  visit.recheck(open, { accepted: false, note: "仍未标价" });
  expect(candidates(visit)).toEqual([{ item: "2", found: "未明码标价；仍未标价", basis: "", grave: false }]);
  visit.saveHead({ penalty: full(visit) });
  expect(papersNeeded(visit.draft, [])).toEqual(["onsite_record", "spot_decision"]);
});

test("who amends a record is told that its penalty stands", () => {
  const amends = { record: "r1", reason: "", absent: false, ended: "", task: null, deadline: null };
  const number = "张市监当罚〔2026〕7号";
  expect(standing({ amends: { ...amends, papers: [{ kind: "onsite_record", number: "1" }, { kind: "spot_decision", number }] } })).toEqual({ number });
  expect(standing({ amends: { ...amends, papers: [{ kind: "onsite_record", number: "1" }] } })).toBe(null);
  expect(standing({ amends: undefined })).toBe(null);
});

test("what a later choice made void is not written into the record", async () => {
  const visit = await visited();
  const of = penaltyOf(full(visit, { fine: "", warning: true, payment: "cash", cash_ground: "small", receipt: "7", asked: "silent", statement: "旧话", heard: "declined", answer: "旧" }), SPOT);
  expect(of).toMatchObject({ fine: 0, payment: "none", cash_ground: "", receipt: "", statement: "", heard: "none", answer: "", days: null, at: "" });
});

test("the record says what the decision quotes, where nothing else is written", async () => {
  const visit = await visited();
  const at = { device: "d", app: "1", ended: "2026-11-23T10:00:00+08:00", skew: 0, rules: session.value!.reference.rules, words: wordsOf(undefined), papers: [] };
  const recorded = () => contentOf(visit.draft, visit.sheet, at).statement;
  visit.saveHead({ penalty: full(visit, { asked: "stated", statement: " 家庭困难 ", heard: "declined", answer: "不影响" }) });
  expect(recorded()).toBe("家庭困难");
  visit.saveHead({ statement: "无异议" });
  expect(recorded()).toBe("无异议");
  visit.saveHead({ statement: "", penalty: full(visit, { asked: "silent", statement: "旧话" }) });
  expect(recorded()).toBe("");
});

test("the order that was not obeyed is written where the law asks for one, and only there", async () => {
  const visit = await visited();
  const draft = full(visit, { violated: "许可办法第38条", basis: "许可办法第58条", fine: "", warning: true, ordered: " 11月2日〔2026〕7号 " });
  expect(penaltyOf(draft, SPOT).ordered).toBe("11月2日〔2026〕7号");
  expect("ordered" in penaltyOf({ ...draft, violated: "价格法第13条", basis: "价格法第42条" }, SPOT)).toBe(false);
});

test("the phone's paper says what the form has places for", () => {
  const texts = { facts: "违法事实：{facts}", of_item: "（{no}）", fine: "罚款 {words}（￥{fine}）", no_fine: "罚款", warning: "警告", against: "违反{violated}，依据{basis}", told: "已告知", stated: "陈述：{text}", declined: "不予采纳。{answer}", pay: "缴纳：", bank: "{days}日内缴至{at}", no_cash: "当场收缴", late: "百分之三" };
  const view = (record: FieldRecord) => {
    const content = { ...record.content, papers: [{ kind: "spot_decision" as const, number: "张市监当罚〔2026〕7号", code: "X" }] };
    const form = { title: "当场行政处罚决定书", sealed: false, notes: [], texts };
    return paperViews({ id: record.id, content, digest: "d", premises: shop(), sheet: null, organ: null, forms: { spot_decision: form }, signatures: [], origin: "https://x" })[0]!;
  };
  const shown = view(fixture.record);
  const said = JSON.stringify(shown.blocks);
  for (const words of ["☑警告", "☑罚款 壹佰伍拾元整（￥150）", "□当场收缴", "☑15日内缴至财政部门指定的代收银行", "不予采纳。上岗前", "百分之三", "切配凉菜"]) expect(said).toContain(words);
  expect([shown.number, shown.unsealed, shown.verify]).toEqual(["张市监当罚〔2026〕7号", "", "https://x/v/X"]);
  const warned = { ...fixture.record.content, penalty: { ...fixture.record.content.penalty!, fine: 0, payment: "none" as const } };
  expect(JSON.stringify(view({ ...fixture.record, content: warned }).blocks)).not.toContain("百分之三");
});
