/** The size of all text: three steps, remembered on this phone. */
import { ref } from "vue";

export const SIZES = ["normal", "large", "larger"] as const;
export type TextSize = (typeof SIZES)[number];
const REMEMBERED = "zhijian-field-text";

function remembered(): TextSize {
  try {
    return SIZES.find((size) => size === localStorage.getItem(REMEMBERED)) ?? "normal";
  } catch {
    return "normal";
  }
}

export const textSize = ref<TextSize>(remembered());

export function setTextSize(size: TextSize): void {
  textSize.value = size;
  for (const each of SIZES) document.documentElement.classList.toggle(`text-${each}`, each === size);
  try {
    localStorage.setItem(REMEMBERED, size);
  } catch {
    // as with the language: it then holds until the app is closed
  }
}
