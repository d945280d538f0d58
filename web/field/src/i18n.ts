/** The two languages of the app. Every sentence has a key; Chinese is the default and the measure. */
import { ref, shallowRef } from "vue";
import { zh } from "./locale/zh";

export type Key = keyof typeof zh;
export type Lang = "zh" | "en";
export type Params = Record<string, string | number>;

/** English comes in a piece of its own: most phones never need it. */
const catalogue = shallowRef<Record<Key, string>>(zh);
const REMEMBERED = "zhijian-field-language";

function remembered(): Lang {
  try {
    return localStorage.getItem(REMEMBERED) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

export const language = ref<Lang>(remembered());

export async function setLanguage(lang: Lang): Promise<void> {
  catalogue.value = lang === "en" ? (await import("./locale/en")).en : zh;
  language.value = lang;
  if (typeof document !== "undefined") document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
  try {
    localStorage.setItem(REMEMBERED, lang);
  } catch {
    // private windows refuse storage: the choice then holds until the app is closed
  }
}

/** Text for a key with {named} parameters filled in. */
export function t(key: Key, params: Params = {}): string {
  return catalogue.value[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  );
}
