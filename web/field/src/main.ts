import { createApp } from "vue";
import App from "./App.vue";
import { lostChoices } from "./choices";
import { language, REMEMBERED as LANGUAGE, setLanguage } from "./i18n";
import { watchNetwork } from "./session";
import { claim } from "./tabs";
import { watchUpdates } from "./update";
import { REMEMBERED as TEXT, showTextSize, textSize } from "./textsize";
import { REMEMBERED as THEME, showTheme, watchTheme } from "./theme";
import "./styles.css";

showTextSize(textSize.value);
watchTheme();
watchNetwork();
watchUpdates();
const spoken = setLanguage(language.value).catch(() => setLanguage("zh")); // not on the phone yet, and no network
void claim(); // answered while the first page is drawn; no PIN opens anything before
void spoken.then(() => createApp(App).mount("#app"));

// What a kill made the browser forget comes back from the phone's own store.
void lostChoices().then(async (lost) => {
  if (lost.has(THEME)) showTheme(lost.get(THEME)!);
  if (lost.has(TEXT)) showTextSize(lost.get(TEXT)!);
  if (lost.has(LANGUAGE)) await setLanguage(lost.get(LANGUAGE) === "en" ? "en" : "zh").catch(() => undefined);
});
