import { expect, test } from "vitest";
import type { Checklist } from "../src/contract";
import { join, type Listed } from "../src/joining";
import type { Answer } from "../src/record";
import { keysOf, remarksOf, remember, toggled } from "../src/remarks";
import { phone } from "./helpers";

const item = (no: string, more = {}) => ({
  no, key: false, text: no, basis: "", answer: { type: "yesno" as const }, photo: false, may_na: true, fix: "", verified: true, ...more,
});
const list = (id: string, short: string, ...items: ReturnType<typeof item>[]): Listed =>
  ({ id, version: 1, title: id, short, number: "", basis: "", sections: [{ no: "1", title: "", items }] }) as Checklist;
const FOOD = list("food", "食品", item("1.1", { phrases: ["记录不全"], same: "licence" }), item("1.2"));
const DRUG = list("drug", "药店", item("K1", { same: "licence" }));
const failed = (no: string, note: string): Answer => ({ item: no, answer: "no", by: "tap", at: "2026-11-29T10:00:00+08:00", note });

test("a wording goes into the note and out of it, and what was typed beside it stays", () => {
  expect(toggled(undefined, "混放")).toBe("混放");
  expect(toggled("第三层有虫", "混放")).toBe("第三层有虫；混放");
  expect(toggled("第三层有虫；混放", "混放")).toBe("第三层有虫");
});

test("own wordings come back at the same item, the newest first, without what the list offers anyhow", async () => {
  const here = await phone();
  const sheet = join([FOOD]);
  await remember(here, sheet, [failed("1.1", "记录不全；台账缺 11 月"), failed("1.2", "地面有积水"), { ...failed("1.2", "好"), answer: "yes" }]);
  await remember(here, sheet, [failed("1.1", "随货单没有章；台账缺 11 月")]);
  expect(await remarksOf(here, keysOf(sheet, "1.1"))).toEqual(["随货单没有章", "台账缺 11 月"]);
  expect(await remarksOf(here, keysOf(sheet, "1.2"))).toEqual(["地面有积水"]);
  expect(await remarksOf(here, keysOf(sheet, "9.9"))).toEqual([]);
});

test("only the last few are kept, and no story of one place", async () => {
  const here = await phone();
  const sheet = join([FOOD]);
  for (const note of ["一", "二", "三", "四", "五", "长".repeat(61)]) await remember(here, sheet, [failed("1.2", note)]);
  expect(await remarksOf(here, keysOf(sheet, "1.2"))).toEqual(["五", "四", "三", "二"]);
});

test("at a visit by several lists an item has other numbers; its wordings are those of the item", async () => {
  const here = await phone();
  await remember(here, join([DRUG]), [failed("K1", "许可证过期三天")]);
  const joined = join([FOOD, DRUG]);
  expect(keysOf(joined, "食品 1.1")).toEqual(["food 1.1", "drug K1"]);
  expect(await remarksOf(here, keysOf(joined, "食品 1.1"))).toEqual(["许可证过期三天"]);
});

test("they lie sealed", async () => {
  const here = await phone();
  await remember(here, join([FOOD]), [failed("1.2", "SECRET")]);
  const [row] = await here.db.remarks.toArray();
  expect(JSON.stringify(row, (_, value: unknown) => (value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value))).not.toContain("SECRET");
});
