import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { lookOf } from "../src/theme";

const SRC = resolve(import.meta.dirname, "../src");
const CSS = readFileSync(resolve(SRC, "styles.css"), "utf8");

/** The variables that a rule sets, by the selector as it stands in the file. */
function block(selector: string): Record<string, string> {
  const found = [...CSS.matchAll(/^(:root[^{]*) \{([^}]*)\}/gm)].filter((each) => each[1] === selector);
  return Object.fromEntries(found.flatMap((each) => [...each[2]!.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map((pair) => [pair[1]!, pair[2]!])));
}

function luminance(hex: string): number {
  const linear = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

const LIGHT = block(":root");
const LOOKS = { light: LIGHT, dark: { ...LIGHT, ...block(":root.dark") }, sun: { ...LIGHT, ...block(":root.sun") } };
const TONES = ["blue", "red", "amber", "green"];
/** Text on what lies under it: plain pages, tinted notes, and buttons that are filled with a colour. */
const TEXT = [
  ...["ink", "soft", ...TONES].flatMap((text) => [[text, "paper"], [text, "ground"]]),
  ...TONES.flatMap((tone) => [["ink", `${tone}-ground`], [tone, `${tone}-ground`]]),
  ["soft", "blue-ground"],
  ...["blue", "red", "green", "soft"].map((filled) => ["on", filled]),
] as [string, string][];
const NEEDS = { light: 4.5, dark: 4.5, sun: 7 };

test("contrast is computed as WCAG has it", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test.each(Object.entries(LOOKS))("%s: every pair of text and ground can be read", (look, colours) => {
  const poor = TEXT.map(([text, ground]) => [text, ground, contrast(colours[`--${text}`]!, colours[`--${ground}`]!)] as const);
  expect(poor.filter((each) => each[2] < NEEDS[look as keyof typeof NEEDS])).toEqual([]);
});

test.each(Object.entries(LOOKS))("%s: edges of fields and the ring of the focus stand out", (_, colours) => {
  for (const edge of ["edge", "blue"]) {
    for (const ground of ["paper", "ground"]) expect(contrast(colours[`--${edge}`]!, colours[`--${ground}`]!)).toBeGreaterThanOrEqual(3);
  }
});

test("practice mode tints the ground in both lights, and its text can be read", () => {
  const looks = { light: block(":root.training"), dark: block(":root.training.dark") };
  for (const [look, own] of Object.entries(looks)) {
    const colours = { ...LOOKS[look as "light" | "dark"], ...own };
    expect(own["--ground"]).not.toBe(LOOKS[look as "light" | "dark"]["--ground"]);
    for (const text of ["ink", "soft"]) expect(contrast(colours[`--${text}`]!, colours["--ground"]!)).toBeGreaterThanOrEqual(4.5);
  }
});

test("no rule writes in a fixed colour on a ground that changes with the light", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.(css|vue)$/.test(name));
  const rules = files.flatMap((name) => readFileSync(resolve(SRC, name), "utf8").match(/[^{}\n]*\{[^{}]*\}/g) ?? []);
  expect(rules.length).toBeGreaterThan(100);
  expect(rules.filter((rule) => /[^-]background: var\(/.test(rule) && /[; {]color: #/.test(rule) && !rule.startsWith(".paper {"))).toEqual([]);
});

test("the phone's own setting counts until something is chosen, and more contrast before dark", () => {
  expect(lookOf("system", { dark: false, contrast: false })).toBe("light");
  expect(lookOf("system", { dark: true, contrast: false })).toBe("dark");
  expect(lookOf("system", { dark: true, contrast: true })).toBe("sun");
  expect(lookOf("light", { dark: true, contrast: true })).toBe("light");
});
