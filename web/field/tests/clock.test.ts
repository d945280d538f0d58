import { afterEach, expect, test, vi } from "vitest";
import { rightNow, tellSkew, today } from "../src/clock";
import { dueOf } from "../src/tasks";
import { tellTimesOf } from "../src/workdays";
import type { Task } from "../src/contract";

const DAY = 86_400_000;

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
  expect(rightNow(4 * 60_000, now).getTime()).toBe(now);
  expect(rightNow(6 * 60_000, now).getTime()).toBe(now - 6 * 60_000);
});
