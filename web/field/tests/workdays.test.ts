import { expect, test } from "vitest";
import { addWorkingDays, daysBetween, deadlineFrom, localTime, tellTimesOf } from "../src/workdays";

// 1–7 October off, Saturday 10 October worked: as the State Council publishes it
const calendar = { from: "2026-09-28", to: "2026-10-31", off: ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07", "2026-10-11", "2026-10-17", "2026-10-18", "2026-10-24", "2026-10-25", "2026-10-31"] };

test("holidays are left out, worked Saturdays count, the first day does not", () => {
  expect(addWorkingDays(calendar, "2026-09-29", 3)).toEqual({ date: "2026-10-09", provisional: false });
  expect(addWorkingDays(calendar, "2026-10-09", 1)).toEqual({ date: "2026-10-10", provisional: false });
});

test("beyond the published table the date is provisional and leaves out weekends", () => {
  expect(addWorkingDays(calendar, "2026-10-30", 2)).toEqual({ date: "2026-11-03", provisional: true });
  expect(addWorkingDays(null, "2026-11-20", 1)).toEqual({ date: "2026-11-23", provisional: true });
});

test("calendar days", () => {
  expect(deadlineFrom(calendar, "2026-10-01", { days: 10, unit: "days" }).date).toBe("2026-10-11");
  expect(deadlineFrom(calendar, "2026-09-30", { days: 1, unit: "working_days" }).date).toBe("2026-10-08");
  expect(deadlineFrom(calendar, "2026-09-30", { days: 1, unit: "working days" }).date).toBe("2026-10-08");
  expect(daysBetween("2026-02-28", "2026-03-01")).toBe(1);
});

test("times are told as the place tells them, whatever zone the phone is set to", () => {
  const at = new Date("2026-11-23T02:14:05.678Z");
  for (const [zone, told] of [["Asia/Shanghai", "2026-11-23T10:14:05+08:00"], ["America/Chicago", "2026-11-22T20:14:05-06:00"]] as const) {
    tellTimesOf(zone);
    expect(localTime(at)).toBe(told);
  }
  tellTimesOf(undefined);
});

test("local time carries the phone's offset", () => {
  const at = new Date("2026-11-23T02:14:05Z");
  expect(localTime(at)).toMatch(/^2026-11-2\dT\d\d:\d\d:05[+-]\d\d:\d\d$/);
  expect(new Date(localTime(at)).getTime()).toBe(at.getTime());
});
