import { expect, test } from "vitest";
import { simple, straight, walk, type Day, type Plan, type Stop } from "../src/route";
import { shared } from "./helpers";

interface Told {
  cost: number;
  visits: (number | string)[][];
  missed: (number | string)[][];
}
interface Case {
  name: string;
  detour: number;
  speed: number;
  begins: number;
  ends: number;
  places: ([string, string] | null)[];
  stops: Stop[];
  metres: number[][];
  seconds: number[][];
  by_hand: Told;
  simple: Told;
  from_kept: Told;
}

const cases = shared<Case[]>("tests/fixtures/routes.json");
const told = (plan: Plan): Told => ({
  cost: plan.cost,
  visits: plan.visits.map((v) => [v.stop, v.arrives, v.begins, v.ends, v.seconds, v.metres, v.late]),
  missed: plan.missed.map((v) => [v.stop, v.late]),
});

test.each(cases)("$name: as the server says", (one) => {
  const matrix = straight(one.places.map((at) => at && { lat: at[0], lon: at[1] }), one.detour, one.speed);
  expect(matrix).toEqual({ metres: one.metres, seconds: one.seconds });
  const day: Day = [one.begins, one.ends];
  const all = one.stops.map((_, n) => n);
  expect(told(walk(all, one.stops, matrix, day, true))).toEqual(one.by_hand);
  expect(told(simple(one.stops, matrix, day))).toEqual(one.simple);
  expect(told(simple(one.stops, matrix, day, all.filter((n) => n % 2 === 0)))).toEqual(one.from_kept);
});

test("forty stops are put in order while one waits for nothing", () => {
  const places = Array.from({ length: 41 }, (_, n) => ({ lat: (36.8 + ((n * 37) % 41) / 400).toFixed(6), lon: (118 + ((n * 17) % 41) / 300).toFixed(6) }));
  const stops: Stop[] = places.slice(1).map((_, n) => ({ key: `s${n}`, seconds: 300, opens: null, closes: null, weight: 2 }));
  const began = performance.now();
  const plan = simple(stops, straight(places, 130, 25), [30_600, 63_000]);
  expect(plan.visits).toHaveLength(40);
  expect(performance.now() - began).toBeLessThan(5_000);
});
