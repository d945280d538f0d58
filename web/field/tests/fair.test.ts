import { expect, test } from "vitest";
import { caps, standing, yearSaid } from "../src/fair";
import type { Years } from "../src/contract";
import { setLanguage } from "../src/i18n";
import { atShop } from "../src/tasks";
import type { Task } from "../src/contract";
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
  expect(yearSaid(full)).toBe("2026 年至今该企业计入的检查（含已安排）3 次，上限 3 次。 再查一次须有法定例外。");
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

test("the page at the shop tells a visit after a complaint, or an unannounced one, from no other", async () => {
  await setLanguage("zh");
  const routine = { uid: "t1", number: "检2026-1", premises: here.uid, kind: "routine", inside: "", unannounced: false, scope: "all", checklist: null, due: "2026-12-01", check_code: "", scanned: null, appointment: "", open_items: [] } as unknown as Task;
  const complaint: Task = { ...routine, inside: "complaint", unannounced: true, scope: "asked" };
  const flight: Task = { ...routine, kind: "flight", unannounced: true };
  expect(atShop(complaint, "2026-12-01")).toEqual(atShop(routine, "2026-12-01"));
  expect(atShop(flight, "2026-12-01")).toEqual(atShop(routine, "2026-12-01"));
  const told = (outside: number) => yearSaid(standing(years(of({ routine: 2 }, outside)), here, "routine")!);
  expect(told(2)).toBe(told(0));
});
