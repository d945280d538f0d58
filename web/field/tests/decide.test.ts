import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { CheckItem, DecideRules } from "../src/contract";
import { decideItem, decideOverall, decimal, measuredWhole, outside, withinLimits, type Judged } from "../src/decide";
import { ROOT, shared } from "./helpers";

interface Fixture {
  name: string;
  items: Record<string, { key: boolean }>;
  answers: { item: string; answer: string; safety?: boolean; corrected?: boolean }[];
  result: string;
  measures: Record<string, string>;
}

const PACKS = ["cn", "us_chicago"];
const judged = (item: { key: boolean } | undefined, answer: Fixture["answers"][number]): Judged => ({
  key: item?.key ?? false,
  safety: answer.safety === true,
  corrected: answer.corrected === true,
});

describe.each(PACKS)("the fixtures of %s, that the server passes too", (pack) => {
  const rules = shared<DecideRules>(`src/zhijian/packs/${pack}/field/decide.json`);
  const { fixtures } = shared<{ fixtures: Fixture[] }>(`src/zhijian/packs/${pack}/field/decide_fixtures.json`);

  test.each(fixtures)("$name", ({ items, answers, result, measures }) => {
    const failed = answers.filter((answer) => answer.answer === "no");
    const facts = failed.map((answer) => judged(items[answer.item], answer));
    expect(Object.fromEntries(failed.map((answer, i) => [answer.item, decideItem(rules, facts[i]!).measure]))).toEqual(measures);
    expect(decideOverall(rules, facts).result).toBe(result);
  });
});

test("every pack with a table has its fixtures here", () => {
  const packs = readdirSync(resolve(ROOT, "src/zhijian/packs")).filter((pack) => existsSync(resolve(ROOT, "src/zhijian/packs", pack, "field/decide.json")));
  expect(packs.sort()).toEqual([...PACKS].sort());
});

test("a rule that names an unknown count is an error, not a silent pass", () => {
  const odd: DecideRules = { version: 1, item: [], overall: [{ if: { moon: [1, null] }, result: "compliant" }] };
  expect(() => decideOverall(odd, [])).toThrow(/moon/);
});

test("limits are inclusive and open where they are missing", () => {
  expect(withinLimits("8", { min: "0", max: "8" })).toBe(true);
  expect(withinLimits("8.0", { min: "0", max: "8" })).toBe(true);
  expect(withinLimits("8.01", { min: "0", max: "8" })).toBe(false);
  expect(withinLimits("-18", { min: null, max: "-12" })).toBe(true);
  expect(withinLimits("-11.9", { min: null, max: "-12" })).toBe(false);
  expect(withinLimits("70", { min: "70", max: null })).toBe(true);
});

test("each reading keeps the limits of its own kind: a freezer is not a warm fridge", () => {
  const limits = [{ of: "冷藏", min: "0", max: "8", unit: "℃" }, { of: "冷冻", min: null, max: "-12", unit: "℃" }];
  const item = { answer: { type: "number", limits } } as CheckItem;
  const beyond = (...readings: [string, string][]) => outside(item, readings.map(([of, value]) => ({ of, value }))).map(({ of }) => of);
  expect(beyond(["冷冻", "-18"])).toEqual([]);
  expect(beyond(["冷藏", "-18"], ["冷冻", "-18"])).toEqual(["冷藏"]);
  expect(beyond(["冷藏", "4"], ["冷冻", "-11"])).toEqual(["冷冻"]);
  const single = { answer: { type: "number", min: null, max: "25", unit: "℃" } } as CheckItem;
  expect(outside(single, [{ of: "", value: "26" }])).toHaveLength(1);
});

test("what is due is measured before an item complies; of alternatives one is enough", () => {
  const item = (...limits: object[]) => ({ answer: { type: "number", limits } }) as CheckItem;
  const both = item({ of: "留样量", min: "125", due: true }, { of: "留样时间", min: "48", due: true });
  const either = item({ of: "红外", min: "120" }, { of: "有效氯", min: "250" });
  expect(measuredWhole(both, [{ of: "留样量", value: "130" }])).toBe(false);
  expect(measuredWhole(both, [{ of: "留样量", value: "130" }, { of: "留样时间", value: "50" }])).toBe(true);
  expect([measuredWhole(either, []), measuredWhole(either, [{ of: "有效氯", value: "300" }])]).toEqual([false, true]);
});

test("numbers as people type them", () => {
  expect(decimal(" 11,5 ")).toBe("11.5");
  expect(decimal("１１．５")).toBe("11.5");
  expect(decimal("007")).toBe("7");
  expect(decimal("−18")).toBe("-18");
  expect(decimal("-0")).toBe("0");
  expect(decimal("5.")).toBe("5");
  for (const bad of ["", "abc", "1.2.3", "--1", "1e5", "∞"]) expect(decimal(bad)).toBeNull();
});
