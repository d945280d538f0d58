import { expect, test } from "vitest";
import { codesFor, listsFor, type Place } from "../src/applying";
import { overall, verdicts } from "../src/content";
import type { Checklist, DecideRules, ListRule } from "../src/contract";
import { basisOf, itemsOf, join, numberOf, titleOf, type Listed, type Sheet } from "../src/joining";
import type { Answer, FieldRecord } from "../src/record";
import { shared } from "./helpers";

const joined = shared<{ cases: { name: string; lists: Listed[]; joined: object }[] }>("tests/fixtures/joined.json");
const applying = shared<{ rules: ListRule[]; cases: { name: string; place: Place; lists: string[] }[] }>("tests/fixtures/applying.json");
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
  expect(codesFor(place, applying.rules)).toEqual(lists);
});

test("while nothing of a place is known, every list in force is offered, in its newest version", () => {
  const list = (id: string, version: number, since: string, until: string | null): Checklist => ({ id, version, number: "", title: id, basis: "", since, until, verified: true, applies: [], sections: [] });
  const all = [list("b", 1, "2022-01-01", null), list("a", 1, "2020-01-01", "2022-01-01"), list("a", 2, "2022-01-02", null), list("a", 3, "2027-01-01", null)];
  const offered = listsFor(all, { trade: "", licences: [], industry: "A01" }, applying.rules, "2026-11-23");
  expect([offered.fitting, offered.lists.map(({ id, version }) => `${id}/${version}`)]).toEqual([false, ["a/2", "b/1"]]);
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
