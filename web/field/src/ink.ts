/** A signature as a path, and the box that it fills. */
import type { Stroke } from "./record";

export function ink(strokes: Stroke[]): { path: string; box: string } {
  const points = strokes.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs) - 4, Math.min(...ys) - 4];
  const path = strokes.map((stroke) => "M" + stroke.map(([x, y]) => `${x} ${y}`).join("L") + (stroke.length === 1 ? "h1" : "")).join("");
  return { path, box: `${left} ${top} ${Math.max(...xs) - left + 4} ${Math.max(...ys) - top + 4}` };
}
