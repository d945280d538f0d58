import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { en } from "../src/locale/en";
import { zh } from "../src/locale/zh";

const SRC = resolve(import.meta.dirname, "../src");
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((name) => /\.(ts|vue)$/.test(name) && !name.startsWith("locale"));
const sources = files.map((name) => ({ name, text: readFileSync(resolve(SRC, name), "utf8") }));
const all = sources.map(({ text }) => text).join("\n");

const places = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

test("both languages have every sentence, with the same places to fill", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    expect(en[key].trim(), key).not.toBe("");
    if (key !== "review.deadline_why") expect(places(en[key]), key).toEqual(places(zh[key]));
  }
});

async function started(phone: string, chosen: string | null) {
  vi.resetModules();
  const kept = new Map(chosen ? [["zhijian-field-language", chosen]] : []);
  vi.stubGlobal("navigator", { language: phone });
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  return { ...(await import("../src/i18n")), kept };
}

afterEach(() => vi.unstubAllGlobals());

test("the first start speaks the phone's language; what is chosen holds from then on", async () => {
  expect((await started("zh-CN", null)).language.value).toBe("zh");
  expect((await started("de-DE", null)).language.value).toBe("en");
  expect((await started("en-GB", "zh")).language.value).toBe("zh");
  const { chooseLanguage, setLanguage, kept, t } = await started("en-GB", null);
  await setLanguage("en");
  expect(kept.size).toBe(0);
  await chooseLanguage("zh");
  expect([...kept.values()]).toEqual(["zh"]);
  expect(t("back")).toMatch(/[\u4e00-\u9fff]/);
});

test("English is English", () => {
  for (const [key, sentence] of Object.entries(en)) expect(sentence, key).not.toMatch(/[\u4e00-\u9fff]/);
});

test("every key that is used exists, and every one that exists is used", () => {
  const quoted = new Set([...all.matchAll(/["'`]([a-z_0-9]+(?:\.[a-z_0-9]+)?)["'`]/g)].map((match) => match[1]!));
  const stems = [...all.matchAll(/`([a-z_]+\.)\$\{/g)].map((match) => match[1]!);
  for (const match of all.matchAll(/\bt\(\s*"([^"]+)"/g)) expect(zh, match[1]).toHaveProperty([match[1]!]);
  const unused = Object.keys(zh).filter((key) => !quoted.has(key) && !stems.some((stem) => key.startsWith(stem)));
  expect(unused).toEqual([]);
});

test("no sentence for people stands outside the catalogue", () => {
  // Official papers are Chinese by law: their joints and dates stand in paperview and paperwords, how a law is cited in citing.
  const allowed = new Set(["paperview.ts", "paperwords.ts", "penaltypaper.ts", "yuan.ts", "citing.ts"]);
  for (const { name, text } of sources.filter((source) => !allowed.has(source.name))) {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "").replace(/<!--[\s\S]*?-->/g, "");
    const found = code.match(/[\u4e00-\u9fff]+/g)?.filter((word) => word !== "中文") ?? [];
    expect(found, name).toEqual([]);
  }
});

test("what a tap puts into a record is in the place's language, whatever the app is read in", async () => {
  const { kept, placeSpeaks, setLanguage, t } = await import("../src/i18n");
  await setLanguage("en");
  expect(t("review.no_objection")).not.toBe(kept("review.no_objection"));
  expect(kept("review.no_objection")).toBe(zh["review.no_objection"]);
  await placeSpeaks("en-us");
  expect(kept("review.no_objection")).toBe(en["review.no_objection"]);
  await placeSpeaks(undefined);
  await setLanguage("zh");
});

test("strict CSP: no inline style or handler in any template, nothing evaluated", () => {
  expect(all).not.toMatch(/\sstyle="/);
  expect(all).not.toMatch(/\son[a-z]+="/);
  expect(all).not.toMatch(/\beval\(|new Function\(|v-html|innerHTML/);
});

test("nothing newer than Chromium 87", () => {
  expect(all).not.toMatch(/\.at\(|structuredClone|randomUUID|Object\.hasOwn|\.findLast|\.toSorted|:has\(|\bdvh\b|aspect-ratio/);
});
