import { createApp } from "vue";
import App from "./App.vue";
import { language, setLanguage } from "./i18n";
import { watchNetwork } from "./session";
import { claim } from "./tabs";
import { watchUpdates } from "./update";
import { setTextSize, textSize } from "./textsize";
import { watchTheme } from "./theme";
import "./styles.css";

setTextSize(textSize.value);
watchTheme();
watchNetwork();
watchUpdates();
const spoken = setLanguage(language.value).catch(() => setLanguage("zh")); // not on the phone yet, and no network
void Promise.all([claim(), spoken]).then(() => createApp(App).mount("#app"));
