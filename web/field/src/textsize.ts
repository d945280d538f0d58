/** The size of all text: three steps, remembered on this phone. */
import { ref } from "vue";
import { choice, choose } from "./choices";

export const SIZES = ["normal", "large", "larger"] as const;
export type TextSize = (typeof SIZES)[number];
export const REMEMBERED = "zhijian-field-text";
const sizeOf = (chosen: string | null) => SIZES.find((size) => size === chosen) ?? "normal";

export const textSize = ref<TextSize>(sizeOf(choice(REMEMBERED)));

export function setTextSize(size: TextSize): void {
  choose(REMEMBERED, size);
  showTextSize(size);
}

/** Shows what was chosen before. */
export function showTextSize(chosen: string): void {
  textSize.value = sizeOf(chosen);
  for (const each of SIZES) document.documentElement.classList.toggle(`text-${each}`, each === textSize.value);
}
