/** In which light the app is read: as the phone is set, or light, dark, or in full sun; remembered on this phone. */
import { ref } from "vue";
import { choice, choose } from "./choices";

export const THEMES = ["system", "light", "dark", "sun"] as const;
export type Theme = (typeof THEMES)[number];
export type Look = Exclude<Theme, "system">;
export const REMEMBERED = "zhijian-field-theme";
const DARK = "(prefers-color-scheme: dark)";
const CONTRAST = "(prefers-contrast: more)";

const themeOf = (chosen: string | null | undefined) => THEMES.find((theme) => theme === chosen) ?? "system";

export const theme = ref<Theme>(themeOf(choice(REMEMBERED)));

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
  choose(REMEMBERED, chosen);
  showTheme(chosen);
}

/** Shows what was chosen before. */
export function showTheme(chosen: string): void {
  theme.value = themeOf(chosen);
  show();
}

/** Shows what was chosen, and goes along when the phone turns dark in the evening. */
export function watchTheme(): void {
  show();
  for (const query of [DARK, CONTRAST]) matchMedia(query).addEventListener("change", show);
}
