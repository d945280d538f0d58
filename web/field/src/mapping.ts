/** A small map by one's own means: places in Web Mercator on a drawing of so many units, outlines and tiles clipped to it. */

export interface Frame {
  width: number;
  height: number;
  /** Units of the drawing for one unit of Web Mercator (the world is 1 wide). */
  scale: number;
  spot: (lat: string | number, lon: string | number) => { x: number; y: number };
  left: number;
  top: number;
}

const WIDTH = 390;
const HEIGHT = 320;
const MARGIN = 34;
/** Metres around the earth. */
const EQUATOR = 40_075_017;
/** Nothing is drawn larger than this: one shop alone shall stand in its street, not in its kitchen. */
const CLOSEST = 2 ** 15 * 256;

/** Where a place lies in a world that is 1 wide and 1 high. */
export function mercator(lat: number, lon: number): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** The drawing on which all places can be seen; null without any. */
export function frameOf(places: { lat: string; lon: string }[]): Frame | null {
  if (!places.length) return null;
  const seen = places.map(({ lat, lon }) => mercator(Number(lat), Number(lon)));
  const [xs, ys] = [seen.map(([x]) => x), seen.map(([, y]) => y)];
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(CLOSEST, (WIDTH - 2 * MARGIN) / Math.max(east - west, 1e-12), (HEIGHT - 2 * MARGIN) / Math.max(south - north, 1e-12));
  const left = (west + east) / 2 - WIDTH / 2 / scale;
  const top = (north + south) / 2 - HEIGHT / 2 / scale;
  const spot = (lat: string | number, lon: string | number) => {
    const [x, y] = mercator(Number(lat), Number(lon));
    return { x: round((x - left) * scale), y: round((y - top) * scale) };
  };
  return { width: WIDTH, height: HEIGHT, scale, spot, left, top };
}

/** Outlines as paths of the drawing. What lies far outside is not drawn in detail: it is clamped beside it. */
export function linesIn(frame: Frame, lines: string[][][]): string[] {
  const near = (value: number, most: number) => Math.max(-most, Math.min(2 * most, value));
  return lines.map((line) => {
    const points = line.map(([lon, lat]) => frame.spot(lat!, lon!)).map(({ x, y }) => `${near(x, frame.width * 40)} ${near(y, frame.height * 40)}`);
    return `M${points.join("L")}Z`;
  });
}

/** The small map beside: all of the place, with the piece of it that the drawing shows; null where that is nearly all of it. */
export interface Inset {
  size: number;
  lines: string[];
  piece: { x: number; y: number; width: number; height: number };
}

const INSET = 84;
const INSET_EDGE = 6;
/** The piece is drawn at least so large that it can be seen. */
const PIECE = 6;

export function insetOf(frame: Frame, lines: string[][][]): Inset | null {
  const seen = lines.map((line) => line.map(([lon, lat]) => mercator(Number(lat), Number(lon))));
  const all = seen.flat();
  if (!all.length) return null;
  const [west, north] = [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
  const widest = Math.max(...all.map(([x]) => x - west), ...all.map(([, y]) => y - north));
  const scale = (INSET - 4) / widest;
  if (frame.width / frame.scale > widest / 2) return null;
  const at = (x: number, y: number) => ({ x: round((x - west) * scale + 2), y: round((y - north) * scale + 2) });
  const paths = seen.map((line) => `M${line.map(([x, y]) => at(x, y)).map(({ x, y }) => `${x} ${y}`).join("L")}Z`);
  const middle = at(frame.left + frame.width / 2 / frame.scale, frame.top + frame.height / 2 / frame.scale);
  const [width, height] = [frame.width, frame.height].map((side) => Math.max(PIECE, (side / frame.scale) * scale)) as [number, number];
  return { size: INSET, lines: paths, piece: { x: round(middle.x - width / 2), y: round(middle.y - height / 2), width: round(width), height: round(height) } };
}

/** The corner where a square of that size hides the fewest stops; the one below left is the scale's. */
export function freeCorner(frame: Frame, size: number, stops: Spot[]): Spot {
  const [right, below] = [frame.width - size - INSET_EDGE, frame.height - size - INSET_EDGE];
  const corners = [{ x: right, y: below }, { x: right, y: INSET_EDGE }, { x: INSET_EDGE, y: INSET_EDGE }];
  const within = (value: number, from: number) => value > from - STOP && value < from + size + STOP;
  const hidden = (at: Spot) => stops.filter(({ x, y }) => within(x, at.x) && within(y, at.y)).length;
  return corners.reduce((best, at) => (hidden(at) < hidden(best) ? at : best));
}

/** A length that is easy to read, and how many units of the drawing it takes there: 500 m, 2 km. */
export function barOf(frame: Frame): { metres: number; wide: number } {
  const y = frame.top + frame.height / 2 / frame.scale;
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * y)));
  const metre = frame.scale / (EQUATOR * Math.cos(latitude));
  const most = frame.width / 4 / metre;
  const ten = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((n) => n * ten).find((n) => n <= most)!;
  return { metres, wide: round(metres * metre) };
}

export interface Tile {
  href: string;
  x: number;
  y: number;
  size: number;
}

/** The tiles under the drawing, where the place names a service ({z}, {x}, {y}, perhaps {s}); at most a few. */
export function tilesIn(frame: Frame, url: string): Tile[] {
  if (!url) return [];
  const z = Math.max(0, Math.min(18, Math.floor(Math.log2(frame.scale / 256))));
  const n = 2 ** z;
  const size = frame.scale / n;
  const tiles: Tile[] = [];
  for (let x = Math.floor(frame.left * n); x * size < (frame.left + frame.width / frame.scale) * frame.scale; x++) {
    for (let y = Math.floor(frame.top * n); y * size < (frame.top + frame.height / frame.scale) * frame.scale; y++) {
      if (x < 0 || y < 0 || x >= n || y >= n) continue;
      const href = url.replace("{s}.", "").replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
      tiles.push({ href, x: round(x * size - frame.left * frame.scale), y: round(y * size - frame.top * frame.scale), size: round(size) });
    }
  }
  return tiles;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

interface Spot {
  x: number;
  y: number;
}

/** How far from its dot a label stands (outside of the ring), half its height, and how far around a stop nothing may be written. */
const BESIDE = 24;
const HALF = 8;
const STOP = 15;

/** Where the words beside a dot stand so that no stop lies beneath them and nothing is cut off: above, below, right or left; the freest of them. */
export function labelAt(frame: Frame, me: Spot, wide: number, stops: Spot[]): Spot {
  const aside = BESIDE + wide / 2 - 4;
  const near = [{ x: 0, y: -BESIDE }, { x: 0, y: BESIDE }, { x: aside, y: 0 }, { x: -aside, y: 0 }];
  const sides = near.flatMap((side) => [side, { x: side.x * 1.4, y: side.y * 1.4 }]);
  const outside = ({ x, y }: Spot) => Math.abs(me.x + x - frame.width / 2) + wide / 2 > frame.width / 2 || me.y + y < 2 * HALF || me.y + y > frame.height - HALF;
  const over = ({ x, y }: Spot) => stops.filter((stop) => Math.abs(stop.x - me.x - x) < wide / 2 + STOP && Math.abs(stop.y - me.y - y) < HALF + STOP).length;
  const cost = (side: Spot) => over(side) + (outside(side) ? stops.length + 1 : 0);
  return sides.reduce((best, side) => (cost(side) < cost(best) ? side : best));
}
