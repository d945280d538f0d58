/** In which light the app is read: as the phone is set, or light, dark, or in full sun; remembered on this phone. */
import { ref } from "vue";

export const THEMES = ["system", "light", "dark", "sun"] as const;
export type Theme = (typeof THEMES)[number];
export type Look = Exclude<Theme, "system">;
const REMEMBERED = "zhijian-field-theme";
const DARK = "(prefers-color-scheme: dark)";
const CONTRAST = "(prefers-contrast: more)";

function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(REMEMBERED)) ?? "system";
  } catch {
    return "system";
  }
}

export const theme = ref<Theme>(remembered());

/** What a choice comes to on a phone that is set so: who asks it for more contrast means it, also in the dark. */
export function lookOf(chosen: Theme, phone: { dark: boolean; contrast: boolean }): Look {
  if (chosen !== "system") return chosen;
  return phone.contrast ? "sun" : phone.dark ? "dark" : "light";
}

function show(): void {
  const look = lookOf(theme.value, { dark: matchMedia(DARK).matches, contrast: matchMedia(CONTRAST).matches });
  const root = document.documentElement;
  for (const each of ["dark", "sun"]) root.classList.toggle(each, each === look);
  const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", paper);
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  show();
  try {
    localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // as with the language: it then holds until the app is closed
  }
}

/** Shows what was chosen, and goes along when the phone turns dark in the evening. */
export function watchTheme(): void {
  show();
  for (const query of [DARK, CONTRAST]) matchMedia(query).addEventListener("change", show);
}
