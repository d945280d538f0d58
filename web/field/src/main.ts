import { createApp } from "vue";
import App from "./App.vue";
import { language, setLanguage } from "./i18n";
import { watchNetwork } from "./session";
import { claim } from "./tabs";
import { watchUpdates } from "./update";
import "./styles.css";

setLanguage(language.value);
watchNetwork();
watchUpdates();
void claim().then(() => createApp(App).mount("#app"));
