/** Setting a measured value by thumb: where the buttons begin, and by how much they go on. */

import type { Limit } from "./contract";

/** How far one press goes: as fine as people read the instrument whose limits these are. */
function step(limit: Limit): number {
  const { min, max } = limit;
  const size = min != null && max != null ? Number(max) - Number(min) : Math.abs(Number(max ?? min ?? 1));
  return size >= 100 ? 10 : size >= 5 ? 1 : size >= 1 ? 0.5 : 0.1;
}

/** Where the first press begins: the middle of what is allowed, or the one limit that there is. */
function begin(limit: Limit, by: number): number {
  const { min, max } = limit;
  const middle = min != null && max != null ? (Number(min) + Number(max)) / 2 : Number(max ?? min ?? 0);
  return Math.round(middle / by) * by;
}

/** The reading after a press of more (1) or less (-1); `value` is null while none stands there. */
export function pressed(limit: Limit, value: string | null, way: 1 | -1): string {
  const by = step(limit);
  const next = value === null ? begin(limit, by) : Number(value) + way * by;
  return String(Number(next.toFixed(6)));
}
