/** The two languages of the app. Every sentence has a key; Chinese is the default and the measure. */
import { ref, shallowRef } from "vue";
import { choice, choose } from "./choices";
import { zh } from "./locale/zh";

export type Key = keyof typeof zh;
export type Lang = "zh" | "en";
export type Params = Record<string, string | number>;

/** English comes in a piece of its own: most phones never need it. */
const catalogue = shallowRef<Record<Key, string>>(zh);
export const REMEMBERED = "zhijian-field-language";

/** What was chosen on this phone; before that, the phone's own language. */
function first(): Lang {
  const spoken = typeof navigator === "undefined" ? "zh" : navigator.language;
  return (choice(REMEMBERED) ?? spoken).startsWith("zh") ? "zh" : "en";
}

export const language = ref<Lang>(first());

/** Shows the app in a language, for as long as it is open. */
export async function setLanguage(lang: Lang): Promise<void> {
  catalogue.value = lang === "en" ? (await import("./locale/en")).en : zh;
  language.value = lang;
  if (typeof document === "undefined") return;
  document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
  document.title = catalogue.value.app;
}

/** The person's own choice; it holds from now on, whatever the phone speaks. */
export async function chooseLanguage(lang: Lang): Promise<void> {
  choose(REMEMBERED, lang);
  await setLanguage(lang);
}

/** Text for a key with {named} parameters filled in. */
export function t(key: Key, params: Params = {}): string {
  return catalogue.value[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  );
}

/** The language of the place: what is signed and kept is written in it, whatever the app is read in. */
const placed = shallowRef<Record<Key, string>>(zh);

export async function placeSpeaks(lang: string | undefined): Promise<void> {
  placed.value = !lang || lang.startsWith("zh") ? zh : (await import("./locale/en")).en;
}

/** Words of ours that go into a record by a tap. */
export function kept(key: Key): string {
  return placed.value[key];
}
