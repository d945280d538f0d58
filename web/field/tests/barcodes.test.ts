import { expect, test } from "vitest";
import { decode } from "../src/barcode-decoder";
import { digitsOf, gtin, wrongWith } from "../src/gtin";
import { shared } from "./helpers";

const L = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"];
const R = L.map((code) => [...code].map((bit) => (bit === "1" ? "0" : "1")).join(""));
const G = R.map((code) => [...code].reverse().join(""));
const FIRST = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"];
const WIDE = ["nnwwn", "wnnnw", "nwnnw", "wwnnn", "nnwnw", "wnwnn", "nwwnn", "nnnww", "wnnwn", "nwnwn"];

const ean13 = (code: string) =>
  "101" + [...code.slice(1, 7)].map((d, i) => (FIRST[Number(code[0])]![i] === "L" ? L : G)[Number(d)]).join("") + "01010" + [...code.slice(7)].map((d) => R[Number(d)]).join("") + "101";
const ean8 = (code: string) => "101" + [...code.slice(0, 4)].map((d) => L[Number(d)]).join("") + "01010" + [...code.slice(4)].map((d) => R[Number(d)]).join("") + "101";
function itf(code: string): string {
  let bars = "1010";
  for (let i = 0; i < code.length; i += 2) {
    const [black, white] = [WIDE[Number(code[i])]!, WIDE[Number(code[i + 1])]!];
    for (let k = 0; k < 5; k++) bars += (black[k] === "w" ? "111" : "1") + (white[k] === "w" ? "000" : "0");
  }
  return bars + "11101";
}

/** The bars as a camera would see them: in the middle of a picture, some pixels wide, grey on grey, a little noise. */
function seen(bars: string, wide = 3): [Uint8ClampedArray, number, number] {
  const quiet = 30;
  const width = bars.length * wide + quiet * 2;
  const height = 120;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const black = y > 10 && y < 110 && bars[Math.floor((x - quiet) / wide)] === "1" && x >= quiet;
      const grey = (black ? 45 : 205) + ((x * 7 + y * 13) % 11);
      data.set([grey, grey, grey], (y * width + x) * 4);
    }
  }
  return [data, width, height];
}

test.each([
  ["EAN-13", "6901234567892", ean13("6901234567892")],
  ["UPC-A", "0036000291452", ean13("0036000291452")],
  ["EAN-8", "96385074", ean8("96385074")],
  ["ITF-14", "16901234567899", itf("16901234567899")],
])("%s is read from the camera's pixels", (_, code, bars) => {
  expect(decode(...seen(bars))).toBe(code);
  expect(wrongWith(code)).toBe(null);
  expect(decode(...seen(bars, 2))).toBe(code);
});

test("where there are no bars nothing is read", () => {
  expect(decode(...seen("0".repeat(95)))).toBe(null);
  expect(decode(...seen(ean13("6901234567892").slice(0, 60)))).toBe(null);
});

const table = shared<{ whole: string[]; wrong: [string, string][]; same: [string, string][] }>("tests/fixtures/gtin.json");

test("codes are judged as the server judges them", () => {
  for (const code of table.whole) expect(wrongWith(code), code).toBe(null);
  for (const [code, why] of table.wrong) expect(wrongWith(code), code).toBe(why);
  for (const [one, other] of table.same) expect(gtin(one)).toBe(gtin(other));
  expect(digitsOf(" 690-1234 567892")).toBe("6901234567892");
});
