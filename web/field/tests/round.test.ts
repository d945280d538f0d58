import { expect, test } from "vitest";
import type { DayOrder, DueShop, Premises, Task } from "../src/contract";
import { barOf, frameOf, freeCorner, insetOf, labelAt, linesIn, tilesIn } from "../src/mapping";
import { nearOnes } from "../src/near";
import { hourOf, promised, roundOf } from "../src/round";
import { byShop, sortTasks } from "../src/tasks";
import { shop } from "./helpers";

const DAY = "2026-12-01";
const HERE = { lat: "36.800000", lon: "118.000000", accuracy: 10 };
const at = (n: number) => ({ lat: (36.8 + n / 1000).toFixed(6), lon: "118.000000" });
const task = (uid: string, premises: string, more: Partial<Task> = {}): Task => ({
  uid, premises, number: uid, kind: "routine", checklist: null, state: "planned", due: DAY, assignee: 1, second: 2, version: 1, open_items: [], ...more,
});
const shops = new Map<string, Premises>(["far", "mid", "near"].map((uid, n) => [uid, shop(uid, at(9 - 4 * n))]));
shops.set("lost", shop("lost"));
const asked = { place: null, kept: null, day: DAY, now: 9 * 3600 } as const;
const stops = (tasks: Task[]) => byShop(tasks, shops, null);
const three = stops([task("1", "far"), task("2", "near"), task("3", "mid")]);
const uids = (round: { legs: { stop: { uid: string } }[] }) => round.legs.map(({ stop }) => stop.uid);

test("from where one stands, the nearest way round; with hours and ways", () => {
  const round = roundOf(three, { ...asked, place: HERE });
  expect(uids(round)).toEqual(["near", "mid", "far"]);
  expect(round.from).toBe("here");
  expect(round.legs[0]!.visit!.begins).toBe(9 * 3600 + round.legs[0]!.visit!.seconds);
  expect(round.metres).toBeGreaterThan(1_000);
});

test("when a stop is done, or one stands elsewhere, the rest is put in order anew", () => {
  const rest = stops([task("1", "far"), task("3", "mid")]);
  expect(uids(roundOf(rest, { ...asked, place: { ...HERE, ...at(12) } }))).toEqual(["far", "mid"]);
  expect(uids(roundOf(rest, { ...asked, place: HERE }))).toEqual(["mid", "far"]);
});

test("an order put by hand stays, wherever one stands, until one asks for another", () => {
  const kept: DayOrder = { day: DAY, order: ["mid", "far", "near"], by_hand: true };
  const by_hand = roundOf(three, { ...asked, place: HERE, kept });
  expect([uids(by_hand), by_hand.from]).toEqual([["mid", "far", "near"], "hand"]);
  expect(uids(roundOf(three, { ...asked, place: HERE, kept, anew: true }))).toEqual(["near", "mid", "far"]);
});

test("the morning's order holds while the phone does not know where it is; yesterday's holds no more", () => {
  const kept: DayOrder = { day: DAY, order: ["mid", "near", "far"], by_hand: false };
  expect([uids(roundOf(three, { ...asked, kept })), roundOf(three, { ...asked, kept }).from]).toEqual([["mid", "near", "far"], "kept"]);
  expect(roundOf(three, { ...asked, kept: { ...kept, day: "2026-11-30" } }).from).toBe("date");
});

test("a promised hour is kept, and one that can't be kept says when one could be there", () => {
  const booked = task("1", "far", { appointment: `${DAY} 09:00–09:30` });
  const all = (more: Task[]) => stops([booked, ...more]);
  expect(promised(booked, DAY)).toEqual([32_400, 34_200]);
  expect(uids(roundOf(all([task("2", "near"), task("3", "mid")]), { ...asked, place: HERE, now: 8.8 * 3600 }))[0]).toBe("far");
  const late = roundOf(all([task("2", "near")]), { ...asked, place: HERE, now: 11 * 3600 });
  expect(late.legs.map(({ stop, visit }) => [stop.uid, visit!.late])).toEqual([["near", ""], ["far", "window"]]);
});

test("what is for another day stands apart; a shop without a place is told, last", () => {
  const round = roundOf(stops([task("1", "far", { due: "2026-12-09" }), task("2", "lost"), task("3", "mid")]), { ...asked, place: HERE });
  expect(uids(round)).toEqual(["mid", "lost"]);
  expect(round.legs[1]!.visit).toBeNull();
  expect(round.later.map(({ uid }) => uid)).toEqual(["far"]);
});

test("what is appointed for another day belongs to that day, though it is due; an appointment that went by holds nobody", () => {
  const on = (appointment: string, due = DAY) => [task("1", "far", { appointment, due, kind: "recheck" }), task("2", "near")];
  const round = (tasks: Task[]) => roundOf(stops(sortTasks(tasks, DAY)), asked);
  const coming = round(on("2026-12-03 14:00–15:00"));
  expect([uids(coming), coming.later.map(({ uid }) => uid)]).toEqual([["near"], ["far"]]);
  expect(uids(round(on(`${DAY} 14:00–15:00`, "2026-12-09")))).toEqual(["far", "near"]);
  expect(uids(round(on("2026-11-30 14:00–15:00", "2026-11-29")))).toEqual(["far", "near"]);
  const gone = round(on("2026-11-30 14:00–15:00", "2026-12-09"));
  expect([uids(gone), gone.later.map(({ uid }) => uid)]).toEqual([["near"], ["far"]]);
});

test("in the evening the day is told as a whole", () => {
  const round = roundOf(three, { ...asked, place: HERE, now: 21 * 3600 });
  expect(round.legs.every(({ visit }) => visit!.late === "")).toBe(true);
  expect(hourOf(round.ends!)).toMatch(/^1\d:/);
});

test("near by: due shops by distance, without those that have a task", () => {
  const due: DueShop[] = ["far", "mid", "near", "lost"].map((premises) => ({ premises, due: DAY, why: "grade" }));
  const found = nearOnes(due, shops, HERE, new Set(["mid"]));
  expect(found.map((one) => one.shop.uid)).toEqual(["near", "far"]);
  expect(found[0]!.metres).toBe(111);
});

test("the map shows every stop inside its frame, one alone included", () => {
  const frame = frameOf([at(0), at(9)])!;
  for (const n of [0, 9]) {
    const { x, y } = frame.spot(at(n).lat, at(n).lon);
    expect(x > 20 && x < frame.width - 20 && y > 20 && y < frame.height - 20).toBe(true);
  }
  expect(frameOf([at(0)])!.spot(at(0).lat, at(0).lon)).toEqual({ x: frame.width / 2, y: frame.height / 2 });
  expect(frameOf([])).toBeNull();
  expect(linesIn(frame, [[["117", "36"], ["119", "36"], ["119", "38"]]])[0]).toMatch(/^M-?[\d.]+ -?[\d.]+L.*Z$/);
});

test("beside the streets stands where in the district they are, and how long they are", () => {
  const frame = frameOf([at(0), at(9)])!;
  const district = [[["117.9", "36.7"], ["118.1", "36.7"], ["118.1", "36.9"], ["117.9", "36.9"]]];
  const inset = insetOf(frame, district)!;
  const { x, y, width, height } = inset.piece;
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(6);
  expect(x + width / 2).toBeGreaterThan(inset.size * 0.3);
  expect(y + height / 2).toBeGreaterThan(inset.size * 0.3);
  expect(x + width).toBeLessThan(inset.size);
  expect(insetOf(frame, [])).toBeNull();
  expect(insetOf(frameOf([{ lat: "36.71", lon: "117.91" }, { lat: "36.89", lon: "118.09" }])!, district)).toBeNull(); // all of it is seen
  const corners = [frame.width, 0].flatMap((x) => [{ x, y: frame.height }, { x, y: 0 }]);
  expect(freeCorner(frame, 84, [])).toEqual({ x: 300, y: 230 });
  expect(freeCorner(frame, 84, [corners[0]!])).toEqual({ x: 300, y: 6 });
  expect(freeCorner(frame, 84, corners.slice(0, 2))).toEqual({ x: 6, y: 6 });

  const bar = barOf(frame); // nine thousandths of a degree are one kilometre
  const wide = Math.abs(frame.spot(at(9).lat, "118").y - frame.spot(at(0).lat, "118").y);
  expect([bar.metres, Math.round((bar.wide / wide) * 1001 / 10) * 10]).toEqual([200, 200]);
});

test("tiles only where the place names a service, and they cover the frame", () => {
  const frame = frameOf([at(0), at(9)])!;
  expect(tilesIn(frame, "")).toEqual([]);
  const tiles = tilesIn(frame, "https://tiles.example/{z}/{x}/{y}.png");
  expect(tiles.length).toBeGreaterThan(1);
  expect(tiles.length).toBeLessThan(16);
  const [left, top] = [Math.min(...tiles.map(({ x }) => x)), Math.min(...tiles.map(({ y }) => y))];
  expect(left).toBeLessThanOrEqual(0);
  expect(top).toBeLessThanOrEqual(0);
  expect(Math.max(...tiles.map(({ x, size }) => x + size))).toBeGreaterThanOrEqual(frame.width - 0.2);
});

test("the words beside where one stands lie on no stop and are not cut off", () => {
  const frame = frameOf([at(0), at(9)])!;
  const [wide, me] = [54, { x: 195, y: 160 }];
  const free = (from: { x: number; y: number }, stops: { x: number; y: number }[]) => {
    const { x, y } = labelAt(frame, from, wide, stops);
    const [left, top] = [from.x + x - wide / 2, from.y + y - 8];
    expect([left >= 0, left + wide <= frame.width, top >= 0, top + 16 <= frame.height]).toEqual([true, true, true, true]);
    for (const stop of stops) expect(Math.max(Math.abs(stop.x - from.x - x) - wide / 2, Math.abs(stop.y - from.y - y) - 8), `${stop.x} ${stop.y}`).toBeGreaterThanOrEqual(13);
    return { x, y };
  };
  expect(free(me, [])).toEqual({ x: 0, y: -24 });
  free(me, [me]);
  expect(free(me, [{ x: 195, y: 140 }]).y).toBeGreaterThan(0);
  expect(free(me, [{ x: 195, y: 135 }, { x: 195, y: 185 }]).y).toBe(0);
  for (const corner of [{ x: 34, y: 34 }, { x: 356, y: 34 }, { x: 34, y: 286 }, { x: 356, y: 286 }]) free(corner, []);
});
