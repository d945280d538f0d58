import { expect, test } from "vitest";
import { contentOf, deadlineOffer, findingsText, grantedUntil, isBare, needsDeadline, papersNeeded, verdicts } from "../src/content";
import type { CheckItem, Checklist, DecideRules, Rules } from "../src/contract";
import type { Head, OpenDraft } from "../src/drafts";
import type { Answer, Refused } from "../src/record";
import { isWitnessed, signersOf, tidyRefusal } from "../src/signing";
import { paperViews } from "../src/paperview";
import { byDistance, byShop, distanceWords, dueOf, maySign, sortTasks } from "../src/tasks";
import { wordsOf } from "../src/wording";
import { join } from "../src/joining";
import { shared, shop } from "./helpers";

const decide = shared<DecideRules>("src/zhijian/packs/cn/field/decide.json");
const rules: Rules = { decide, deadline: { days: 10, unit: "days", max: 30 } };
const item = (no: string, key = false): CheckItem => ({ no, key, text: `要点${no}`, basis: "法", answer: { type: "yesno" }, photo: false, may_na: true, fix: "改", verified: true });
const list: Checklist = { id: "cn.food_service", version: 2, number: "1-3", title: "表", basis: "", since: "2022-01-01", until: null, verified: true, applies: ["restaurant"], sections: [{ no: "1", title: "一", items: [item("1.1", true), item("1.2"), item("1.3")] }] };
const sheet = join([list]);
const words = wordsOf(undefined);
const at = "2026-11-23T10:00:00+08:00";

function draft(answers: Partial<Answer>[], head: Partial<Head> = {}): OpenDraft {
  const base: Head = {
    id: "d", premises: shop(), task: null, purpose: "routine", checklists: [{ id: "cn.food_service", version: 2 }], started: at, place: null,
    inspectors: [{ id: 7, name: "甲", certificate_no: "1" }, { id: 8, name: "乙", certificate_no: null }],
    present: { name: "周", role: "" }, informed: { cards_shown: true, rights_told: true, recusal: "no" }, findings: null,
    statement: "", deadline: null, refused: null, rechecks: {}, frozen: null, ...head,
  }; // prettier-ignore
  const map = new Map(answers.map((each) => [each.item!, { by: "tap", at, ...each } as Answer]));
  return { head: base, answers: map, photos: [] };
}

test("key failures are investigated without a date, general ones get an order with a date", () => {
  const key = draft([{ item: "1.1", answer: "no" }, { item: "1.2", answer: "yes" }]);
  const failed = verdicts(decide, sheet, key.answers);
  expect(failed.map((each) => [each.item.no, each.measure, each.basis])).toEqual([["1.1", "investigate", "令49第32条"]]);
  expect([needsDeadline(key, failed), papersNeeded(key, failed)]).toEqual([false, ["onsite_record", "result_sheet"]]);
  const general = draft([{ item: "1.2", answer: "no" }]);
  const slight = verdicts(decide, sheet, general.answers);
  expect([needsDeadline(general, slight), papersNeeded(general, slight).length]).toEqual([true, 3]);
  const forms = { result_sheet: { title: "食品经营监督检查结果记录表", lists: ["cn.food_service"] } };
  expect(papersNeeded(draft([{ item: "1.2", answer: "no" }], { checklists: [{ id: "cn.drug_retail", version: 1 }, { id: "cn.food_service", version: 4 }] }), slight, forms)).toContain("result_sheet");
  expect(papersNeeded(draft([{ item: "1.2", answer: "no" }], { checklists: [{ id: "cn.drug_retail", version: 1 }] }), slight, forms)).toEqual(["onsite_record", "rectification_order"]);
});

test("content: answers in the checklist's order, no null certificate, the findings written by the answers", () => {
  const one = draft([{ item: "1.2", answer: "no", value: "9", unit: "℃", note: "坏" }, { item: "1.1", answer: "yes" }, { item: "1.3", answer: "na" }], { deadline: "2026-12-03" });
  const content = contentOf(one, sheet, { device: "dev", app: "1", ended: at, skew: 0, rules, words, papers: [] });
  expect(content.answers.map((each) => each.item)).toEqual(["1.1", "1.2", "1.3"]);
  expect(content.inspectors[1]!.certificate_no).toBe("");
  expect(content.outcome).toEqual({ result: "basically_compliant", items: [{ item: "1.2", measure: "rectify" }], lists: [{ id: "cn.food_service", result: "basically_compliant" }], rules_version: 1 });
  expect(content.deadline).toBe("2026-12-03");
  expect(content.findings).toBe("检查 2 项；发现以下情况：\n1. 坏；测得 9 ℃（检查项 1.2）。");
});

test("a deadline is dropped when nothing has to be put right any more", () => {
  const one = draft([{ item: "1.1", answer: "yes" }], { deadline: "2026-12-03" });
  expect(contentOf(one, sheet, { device: "d", app: "1", ended: at, skew: 0, rules, words, papers: [] }).deadline).toBeNull();
});

test("a re-check judges findings, not items", () => {
  const rechecks = { r1: { rectification: "r1", accepted: false, note: "还没改", photos: [] } };
  const open_items = [{ item: "1.2", rectification: "r1", required: "离地", deadline: null, state: "ordered", answer: null }];
  const task = { uid: "t", number: "", premises: "s1", kind: "recheck" as const, checklist: null, state: "", due: null, assignee: null, second: null, version: 1, open_items };
  const one = draft([], { purpose: "recheck", rechecks, task, deadline: "2026-12-01" });
  const content = contentOf(one, null, { device: "d", app: "1", ended: at, skew: 0, rules, words, papers: [] });
  expect(content).toMatchObject({ task: "t", outcome: null, checklists: [], answers: [], deadline: "2026-12-01", rechecks: [rechecks.r1] });
  expect(findingsText(one, null, words)).toBe("复查 1 项，0 项已改正，1 项未改正。\n1. 还没改。");
});

test("a re-check never offers less time than was granted, and its record hands the new day over", () => {
  const open = (uid: string, deadline: string) => ({ item: uid, rectification: uid, required: "", deadline, state: "ordered", answer: null });
  const back = (uid: string, accepted: boolean) => ({ [uid]: { rectification: uid, accepted, note: "未改", photos: [] } });
  const task = { uid: "t", number: "", premises: "s1", kind: "recheck" as const, checklist: null, state: "", due: null, assignee: null, second: null, version: 1, open_items: [open("a", "2026-12-20"), open("b", "2026-12-28")] };
  const head = { task, rechecks: { ...back("a", false), ...back("b", true) } };
  expect(grantedUntil(head)).toBe("2026-12-20");
  expect(deadlineOffer(rules, null, "2026-11-23", grantedUntil(head))).toEqual({ date: "2026-12-20", min: "2026-12-20", max: "2026-12-23", provisional: false });
  expect(deadlineOffer(rules, null, "2026-11-23", "2027-01-05")).toMatchObject({ date: "2027-01-05", min: "2027-01-05", max: "2027-01-05" });
  expect(deadlineOffer(rules, null, "2026-11-23", "2026-11-20").date).toBe("2026-12-03");
  expect(grantedUntil({ task: null, rechecks: {} })).toBe("");
  const one = draft([], { purpose: "recheck", rechecks: back("a", false), task, deadline: "2026-12-20" });
  const content = contentOf(one, null, { device: "d", app: "1", ended: at, skew: 0, rules, words, papers: [{ kind: "onsite_record", number: null, code: null }] });
  const texts = { recheck_by: "未改正的,应在{day}前改正。" };
  const [view] = paperViews({ id: "r", content, digest: "", premises: shop(), sheet: null, organ: null, forms: { onsite_record: { title: "", texts } }, signatures: [], origin: "" });
  expect(JSON.stringify(view!.blocks)).toContain("未改正的,应在2026年12月20日前改正。");
});

test("a refusal has a witness who signs, or the reason why there is none, on the paper as well", () => {
  expect(isWitnessed({ reason: "不认可", witness: "" })).toBe(false);
  expect(isWitnessed({ reason: "", witness: "王某" })).toBe(false);
  expect(isWitnessed({ reason: "不认可", witness: "王某" })).toBe(true);
  expect(isWitnessed({ reason: "不认可", witness: " ", no_witness: "现场无其他人" })).toBe(true);
  expect(tidyRefusal({ reason: " 不认可 ", witness: "王某", no_witness: "无人" })).toEqual({ reason: "不认可", witness: "王某" });
  expect(tidyRefusal({ reason: "不认可", witness: "", no_witness: " " })).toEqual({ reason: "不认可", witness: "" });
  const signed = (refused: Refused) => contentOf(draft([], { refused }), sheet, { device: "d", app: "1", ended: at, skew: 0, rules, words, papers: [{ kind: "onsite_record", number: null, code: null }] });
  const witness = signersOf(signed({ reason: "不认可", witness: "王某" })).find((signer) => signer.who === "witness");
  expect(witness).toMatchObject({ name: "王某", must: true });
  const content = signed({ reason: "不认可", witness: "", no_witness: "现场无其他人" });
  expect(signersOf(content).map((signer) => signer.who)).toEqual(["inspector1", "inspector2"]);
  const texts = { refused: "拒绝签字,原因:{reason}。见证人:{witness}。", no_witness: "无", no_witness_why: "无({why})" };
  const [view] = paperViews({ id: "r", content, digest: "", premises: shop(), sheet: null, organ: null, forms: { onsite_record: { title: "", texts } }, signatures: [], origin: "" });
  expect(JSON.stringify(view!.blocks)).toContain("见证人:无(现场无其他人)。");
});

test("the offered deadline has its limits; without a rule there is none to offer", () => {
  expect(deadlineOffer(rules, null, "2026-11-23")).toEqual({ date: "2026-12-03", min: "2026-11-23", max: "2026-12-23", provisional: false });
  expect(deadlineOffer({ decide, deadline: null }, null, "2026-11-23").date).toBe("");
});

test("tasks: overdue first, then by date, re-checks before first visits, undated last", () => {
  const task = (uid: string, due: string | null, kind: "routine" | "recheck" = "routine") => ({ uid, number: uid, premises: "", kind, checklist: null, state: "", due, assignee: null, second: null, version: 1, open_items: [] });
  const all = [task("none", null), task("b", "2026-11-25"), task("r", "2026-11-25", "recheck"), task("late", "2026-11-20")];
  expect(sortTasks(all, "2026-11-23").map((each) => each.uid)).toEqual(["late", "r", "b", "none"]);
  expect(dueOf(all[3]!, "2026-11-23")).toEqual({ text: "逾期 3 天", tone: "bad" });
  const words = (due: string) => dueOf(task("x", due), "2026-11-23").text;
  expect(["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-30", "2026-12-01"].map(words)).toEqual(["逾期 1 天", "今天", "明天", "还有 7 天", "2026-12-01 前"]);
});

test("who may sign: a certificate in force; no helper, no expired one", () => {
  const person = { certificate_no: "1", certificate_until: "2026-11-23", signs: true };
  expect(maySign(person, "2026-11-23")).toBe(true);
  expect(maySign(person, "2026-11-24")).toBe(false);
  expect(maySign({ ...person, signs: false }, "2026-11-23")).toBe(false);
  expect(maySign({ ...person, certificate_no: "" }, "2026-11-23")).toBe(false);
});

test("tasks of one shop stand together, where its most urgent one does; nearest first when asked for", () => {
  const task = (uid: string, premises: string) => ({ uid, number: uid, premises, kind: "routine" as const, checklist: null, state: "", due: null, assignee: null, second: null, version: 1, open_items: [] });
  const shops = new Map([["a", shop("a", { lat: "36.82", lon: "118.05" })], ["b", shop("b", { lat: "36.811", lon: "118.05" })]]);
  const stops = byShop([task("1", "a"), task("2", "b"), task("3", "a"), task("4", "gone")], shops, { lat: "36.81", lon: "118.05", accuracy: 5 });
  expect(stops.map((stop) => [stop.uid, stop.tasks.map((each) => each.uid)])).toEqual([["a", ["1", "3"]], ["b", ["2"]], ["gone", ["4"]]]);
  expect(byDistance(stops).map((stop) => stop.uid)).toEqual(["b", "a", "gone"]);
  expect([stops[1]!.metres, stops[2]!.metres]).toEqual([111, null]);
  expect(byShop([task("1", "a")], shops, null)[0]!.metres).toBeNull();
  expect([7, 148, 999, 1240, 13_600].map(distanceWords)).toEqual(["10 米", "150 米", "1000 米", "1.2 公里", "14 公里"]);
});

test("a failed item must say what was seen: a note, a value or a photo", () => {
  const answers: Partial<Answer>[] = [{ item: "1.1", answer: "no", note: "  " }, { item: "1.2", answer: "no", value: "9" }, { item: "1.3", answer: "no", photos: ["ab"] }];
  expect(verdicts(decide, sheet, draft(answers).answers).map(isBare)).toEqual([true, false, false]);
});

test("a short record at a place of no file has one paper, the officer's own words and no outcome", () => {
  const unlisted = { name: "早点摊", trade: "restaurant", licensed: "no" as const, where: "水晶街口" };
  const made = draft([], { short: true, unlisted, checklists: [], findings: "未取得食品经营许可，现场制售油条。" });
  expect(papersNeeded(made, [])).toEqual(["onsite_record"]);
  expect(findingsText(made, null, words)).toBe("");
  const content = contentOf(made, null, { device: "x", app: "1", ended: at, skew: 0, rules, words, papers: [{ kind: "onsite_record", number: "张市监笔录〔2026〕1号", code: "A" }] });
  expect([content.mode, content.outcome, content.findings, content.unlisted]).toEqual(["short", null, "未取得食品经营许可，现场制售油条。", unlisted]);
  expect(signersOf(content).map((each) => each.who)).toEqual(["party", "inspector1", "inspector2"]);
});

test("the superiors' code of the task is signed with the visit, and left out where there is none", () => {
  const task = { uid: "t", check_code: "JC1", open_items: [] } as unknown as Head["task"];
  const circumstances = { device: "x", app: "1", ended: at, skew: 0, rules, words, papers: [] };
  expect(contentOf(draft([], { task }), sheet, circumstances).check_code).toBe("JC1");
  expect(contentOf(draft([]), sheet, circumstances)).not.toHaveProperty("check_code");
});

test("words on a failure that was taken back are not shown any more, and not signed", () => {
  const back = draft([{ item: "1.1", answer: "yes", note: "无证", safety: true }, { item: "1.2", answer: "na", note: "坏" }, { item: "1.3", answer: "no", note: "脏" }]);
  const { answers } = contentOf(back, sheet, { device: "d", app: "1", ended: at, skew: 0, rules, words, papers: [] });
  expect(answers.map(({ item: no, note, safety }) => [no, note, safety])).toEqual([["1.1", undefined, undefined], ["1.2", undefined, undefined], ["1.3", "脏", undefined]]);
  expect(back.answers.get("1.1")!.note, "tapped back, it is there again").toBe("无证");
});
