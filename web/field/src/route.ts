/**
 * A day's stops in an order, with hours: the server's `kernel/routing/ordering.py` again, number by number, for a phone
 * that is out of reach. `tests/fixtures/routes.json` holds both to the same.
 */
import { metresBetween } from "./geo";

export interface Matrix {
  seconds: number[][];
  metres: number[][];
}

/** Seconds after midnight; `opens` and `closes` null where one may begin at any time. */
export interface Stop {
  key: string;
  seconds: number;
  opens: number | null;
  closes: number | null;
  weight: 1 | 2 | 3;
}

export interface Visit {
  stop: number;
  arrives: number;
  begins: number;
  ends: number;
  seconds: number;
  metres: number;
  late: "" | "window" | "day";
}

export interface Plan {
  visits: Visit[];
  missed: Visit[];
  cost: number;
}

export type Day = [begins: number, ends: number];

type Point = { lat: string; lon: string } | null;

/** Seconds by which a stop that can't be met is dearer: more than a day with all its ways; a promised one most. */
const PRIZE = { 1: 100_000, 2: 300_000, 3: 2_000_000 };
const SEGMENT = 3;
const ROUNDS = 30;

/** The straight line × detour (per cent) ÷ speed (km/h); from and to an unknown place it costs nothing. */
export function straight(places: Point[], detour: number, speed: number): Matrix {
  const metres = places.map((a) => places.map((b) => (a && b ? Math.floor((metresBetween(a, b) * detour) / 100) : 0)));
  return { metres, seconds: metres.map((row) => row.map((way) => Math.floor((way * 36) / (speed * 10)))) };
}

/**
 * Goes through stops in an order, from place 0 (stop n is place n + 1). What can't be met is left out and delays
 * nothing; with `keep`, for an order made by hand, one goes there all the same and it is marked.
 */
export function walk(order: number[], stops: Stop[], matrix: Matrix, day: Day, keep = false): Plan {
  const visits: Visit[] = [];
  const missed: Visit[] = [];
  let [now, last, cost] = [day[0], 0, 0];
  for (const n of order) {
    const stop = stops[n]!;
    const way = matrix.seconds[last]![n + 1]!;
    const begins = Math.max(now + way, stop.opens ?? 0);
    const ends = begins + stop.seconds;
    const late = stop.closes !== null && begins > stop.closes ? "window" : ends > day[1] ? "day" : "";
    const seen: Visit = { stop: n, arrives: now + way, begins, ends, seconds: way, metres: matrix.metres[last]![n + 1]!, late };
    if (late) cost += PRIZE[stop.weight];
    if (late && !keep) {
      missed.push(seen);
      continue;
    }
    visits.push(seen);
    cost += way;
    [now, last] = [ends, n + 1];
  }
  return { visits, missed, cost: cost + now - day[0] };
}

/** The others one after the other where each costs least; of equal places the first. */
function insert(order: number[], rest: number[], cost: (order: number[]) => number): number[] {
  let made = [...order];
  for (const n of rest) {
    let best: number[] = [];
    let least = Infinity;
    for (let at = 0; at <= made.length; at++) {
      const tried = [...made.slice(0, at), n, ...made.slice(at)];
      const now = cost(tried);
      if (now < least) [best, least] = [tried, now];
    }
    made = best;
  }
  return made;
}

/** A good order: insertion by weight, then moves of up to three stops and turned stretches while they gain. */
export function simple(stops: Stop[], matrix: Matrix, day: Day, first: number[] = []): Plan {
  const cost = (order: number[]) => walk(order, stops, matrix, day).cost;
  const rest = stops.map((_, n) => n).filter((n) => !first.includes(n));
  rest.sort((a, b) => stops[b]!.weight - stops[a]!.weight || a - b);
  let order = insert(first, rest, cost);
  let least = cost(order);
  const better = (tried: number[]) => {
    const now = cost(tried);
    if (now < least) [order, least] = [tried, now];
  };
  for (let round = 0; round < ROUNDS; round++) {
    const before = least;
    for (let size = 1; size <= SEGMENT; size++) {
      const last = order.length - size;
      for (let start = 0; start <= last; start++) for (let to = 0; to <= last; to++) if (to !== start) better(moved(order, start, to, size));
    }
    for (let start = 0; start < order.length - 1; start++) {
      for (let end = start + 2; end <= order.length; end++) better([...order.slice(0, start), ...order.slice(start, end).reverse(), ...order.slice(end)]);
    }
    if (least === before) break;
  }
  return walk(order, stops, matrix, day);
}

function moved(order: number[], start: number, to: number, size: number): number[] {
  const left = [...order.slice(0, start), ...order.slice(start + size)];
  return [...left.slice(0, to), ...order.slice(start, start + size), ...left.slice(to)];
}
