import { afterEach, expect, test, vi } from "vitest";
import { clockWords, rightNow, skewNow, tellSkew, today } from "../src/clock";
import { dueOf } from "../src/tasks";
import { tellTimesOf } from "../src/workdays";
import type { Task } from "../src/contract";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

afterEach(() => {
  tellSkew(0);
  tellTimesOf(undefined);
  vi.useRealTimers();
});

test("a phone whose clock is a day ahead counts what is overdue by the right day", () => {
  vi.useFakeTimers({ now: new Date("2026-11-24T02:00:00Z") }); // the phone's; it is the 23rd
  tellTimesOf("Asia/Shanghai");
  const task = { due: "2026-11-23" } as Task;
  expect(dueOf(task, today()).tone).toBe("bad");
  tellSkew(DAY);
  expect(today()).toBe("2026-11-23");
  expect(dueOf(task, today()).tone).toBe("warn");
});

test("ordinary drift moves nothing", () => {
  const now = Date.parse("2026-11-23T15:58:00Z");
  tellSkew(4 * 60_000);
  expect(rightNow(now).getTime()).toBe(now);
  tellSkew(6 * 60_000);
  expect(rightNow(now).getTime()).toBe(now - 6 * 60_000);
});

test("a clock that was set right since the last talk is believed again", () => {
  const right = Date.parse("2026-11-29T10:00:00Z");
  const shown = right + 26 * HOUR; // at the last talk
  tellSkew(26 * HOUR, new Date(shown).toISOString());
  expect(skewNow(shown + HOUR)).toBe(26 * HOUR);
  expect(clockWords(shown + HOUR)).toContain("26");
  expect(rightNow(right + 5 * HOUR).getTime()).toBe(right + 5 * HOUR);
  expect(clockWords(right + 5 * HOUR)).toBe("");
});

test("a clock that was set back before the last talk is never believed to be earlier than it", () => {
  const right = Date.parse("2026-11-29T10:00:00Z");
  tellSkew(0, new Date(right).toISOString());
  expect(rightNow(right - 48 * HOUR).getTime()).toBe(right);
  expect(clockWords(right - 48 * HOUR)).not.toBe("");
  expect(rightNow(right + HOUR).getTime()).toBe(right + HOUR);
});
