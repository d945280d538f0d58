import { expect, test } from "vitest";
import { fitting, inForce, offerFor, ruledOn, type Offer, type Place } from "../src/applying";
import { overall, verdicts } from "../src/content";
import type { Checklist, DecideRules } from "../src/contract";
import { basisOf, itemsOf, join, numberOf, titleOf, type Listed, type Sheet } from "../src/joining";
import type { Answer, FieldRecord } from "../src/record";
import { shared } from "./helpers";

const joined = shared<{ cases: { name: string; lists: Listed[]; joined: object }[] }>("tests/fixtures/joined.json");
const applying = shared<{ lists: Pick<Checklist, "id" | "applies" | "licences" | "industries" | "registers">[]; cases: { name: string; place: Place; lists: string[] }[]; ruled: { list: Pick<Checklist, "id" | "applies" | "licences" | "industries" | "ruled">; cases: { name: string; day: string; applies: string[]; licences: string[] }[] } }>("tests/fixtures/applying.json");
const told = (sheet: Sheet) => ({ sections: sheet.sections, title: titleOf(sheet), number: numberOf(sheet), basis: basisOf(sheet) });

test.each(joined.cases)("$name: as the server joins them", ({ lists, joined: wanted }) => {
  const before = JSON.stringify(lists);
  const sheet = told(join(lists));
  // whether grounds were checked is the server's own affair
  const plain = (value: object) => JSON.parse(JSON.stringify(value).replaceAll(/"basis_verified":(true|false),?/g, "").replaceAll(",}", "}")) as object;
  expect(plain(sheet)).toEqual(plain(wanted));
  expect(JSON.stringify(lists)).toBe(before);
});

test.each(applying.cases)("$name: the lists that the server says", ({ place, lists }) => {
  expect(fitting(applying.lists, place).map(({ id }) => id)).toEqual(lists);
});

test.each(applying.ruled.cases)("the bureau's own rule, $name", ({ day, applies, licences }) => {
  expect(ruledOn(applying.ruled.list, day)).toMatchObject({ applies, licences });
});

test("a visit goes by the rule of its day, also in the list's versions that came before it", () => {
  const { list } = applying.ruled;
  const all = [{ ...plain("cn.food_service"), ...list }];
  expect(inForce(all, "2026-06-01")[0]).toMatchObject({ applies: ["food_stall"] });
  const offered = offerFor(all, { trade: "food_stall", licences: [], industry: "" }, "2026-06-01", null);
  expect([offered.fitting, offered.chosen.map(({ id }) => id)]).toEqual([true, ["cn.food_service"]]);
  expect(offerFor(all, { trade: "food_stall", licences: [], industry: "" }, "2026-09-01", null).fitting).toBe(false);
});

const plain = (id: string, version = 1, since = "2020-01-01", until: string | null = null): Checklist => {
  const { applies = [], licences = [], industries = [] } = applying.lists.find((list) => list.id === id) ?? {};
  return { id, version, number: "", title: id, basis: "", since, until, verified: true, applies, licences, industries, sections: [] };
};
const said = ({ lists, chosen, others, fitting }: Offer) => ({ lists: lists.map(({ id, version }) => `${id}/${version}`), chosen: chosen.map(({ id }) => id), others: others.map(({ id }) => id), fitting });

test("where nothing fits, every list in force is offered in its newest version, and the officer chooses", () => {
  const all = [plain("b"), plain("a", 1, "2020-01-01", "2022-01-01"), plain("a", 2, "2022-01-02"), plain("a", 3, "2027-01-01")];
  const offered = offerFor(all, { trade: "", licences: [], industry: "A01" }, "2026-11-23", null);
  expect(said(offered)).toEqual({ lists: ["a/2", "b/1"], chosen: ["a"], others: [], fitting: false });
});

test("a task's list stands alone in its version of the day; without one all that fit are taken, and others can be", () => {
  const all = [plain("cn.food_retail", 1, "2020-01-01", "2026-01-01"), plain("cn.food_retail", 2), plain("cn.drug_retail"), plain("cn.device"), plain("cn.none")];
  const offered = (asked: { id: string } | null) => said(offerFor(all, applying.cases[0]!.place, "2026-11-23", asked));
  const fit = ["cn.drug_retail/1", "cn.device/1", "cn.food_retail/2"];
  expect(offered(null)).toEqual({ lists: fit, chosen: ["cn.drug_retail", "cn.device", "cn.food_retail"], others: ["cn.none"], fitting: true });
  expect(offered({ id: "cn.food_retail" })).toMatchObject({ lists: ["cn.food_retail/2", "cn.drug_retail/1", "cn.device/1"], chosen: ["cn.food_retail"] });
  expect(offered({ id: "cn.gone" }).chosen.length).toBe(3);
});

test("the table's articles are those of food lists: of others it says what follows, and no article", () => {
  const { known, records } = shared<{ known: { lists: Listed[] }; records: { joined: FieldRecord } }>("tests/fixtures/record_inspection_3.json");
  const rules = shared<DecideRules>("src/zhijian/packs/cn/field/decide.json");
  const sheet = join(known.lists);
  const answers = new Map(records.joined.content.answers.map((answer): [string, Answer] => [answer.item, answer]));
  const failed = verdicts(rules, sheet, answers);
  expect(failed.map(({ item, basis }) => [item.no, basis])).toEqual([["餐饮 K8.1", "令49第32条"], ["药店 K5.2", ""]]);
  expect(overall(rules, sheet, failed).basis).toBe("令49第32条");
});

test("each list is judged by its own items, the visit by the gravest", () => {
  const { known, records } = shared<{ known: { lists: Listed[] }; records: { joined: FieldRecord } }>("tests/fixtures/record_inspection_3.json");
  const rules = shared<DecideRules>("src/zhijian/packs/cn/field/decide.json");
  const sheet = join(known.lists);
  const { content } = records.joined;
  const answers = new Map(content.answers.map((answer): [string, Answer] => [answer.item, answer]));
  expect([...answers.keys()]).toEqual(itemsOf(sheet).map(({ no }) => no));
  const failed = verdicts(rules, sheet, answers);
  const { result, lists } = overall(rules, sheet, failed);
  expect({ result, lists, items: failed.map(({ item, measure }) => ({ item: item.no, measure })) }).toMatchObject({ result: content.outcome!.result, lists: content.outcome!.lists, items: content.outcome!.items });
});
