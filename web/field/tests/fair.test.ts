import { expect, test } from "vitest";
import { caps, standing, yearSaid } from "../src/fair";
import type { Years } from "../src/contract";
import { setLanguage } from "../src/i18n";
import { shop } from "./helpers";

const here = shop();
const years = (visits: Years["visits"], cap: Years["cap"] = 3, by_premises = false): Years => ({ year: 2026, cap, by_premises, visits });
const of = (counted: { [purpose: string]: number }, outside = 0) => [{ of: here.entity.uid, counted, outside }];

test("the cap binds as the server's does", () => {
  expect(caps({ any: 3, special: 1, A: 1 }, "special", "A")).toEqual([1, 1]);
  expect(caps({ any: 3, special: 1, A: 1 }, "routine", "D")).toEqual([3, null]);
  expect(caps(4, "special", "A")).toEqual([4, null]);
  expect(caps(null, "routine", "")).toEqual([null, null]);
});

test("a year is told in the desk's words, and says when one more needs an exception", async () => {
  await setLanguage("zh");
  expect(yearSaid(standing(years(of({ routine: 2 })), here, "routine")!)).toBe("2026 年至今该企业计入的检查（含已安排）2 次，上限 3 次。");
  const full = standing(years(of({ routine: 2, special: 1 }, 1)), here, "routine")!;
  expect(full.reached).toBe(true);
  expect(yearSaid(full)).toBe("2026 年至今该企业计入的检查（含已安排）3 次，上限 3 次。 另有 1 次不计入。 再查一次须有法定例外。");
  await setLanguage("en");
  expect(yearSaid(standing(years(of({ routine: 1 }), null), here, "routine")!)).toBe("2026 so far: 1 visit of this enterprise counts, made or planned; no cap is set.");
  await setLanguage("zh");
});

test("who was never visited has none, a grade's cap takes the common one's place, the tighter one is told", () => {
  expect(standing(years([]), here, "routine")).toMatchObject({ counted: 0, bounds: [[0, 3]], reached: false });
  expect(standing(years(of({ routine: 1 }), { any: 3, A: 1 }), { ...here, risk: "A" }, "routine")).toMatchObject({ bounds: [[1, 1]], reached: true });
  const both = standing(years(of({ routine: 1, special: 1 }), { any: 4, special: 1 }), here, "special")!;
  expect(both.bounds).toEqual([[2, 4], [1, 1]]);
  expect(yearSaid(both)).toContain("上限 1 次");
  expect(standing(years([{ of: here.uid, counted: { routine: 3 }, outside: 0 }], 3, true), here, "routine")!.reached).toBe(true);
  expect(standing(null, here, "routine")).toBe(null);
});
