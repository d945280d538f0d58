/** Whether the site is a practice copy: asked once when the app opens, remembered for when there is no network. */
import { ref } from "vue";

const KEY = "training";

export const training = ref(localStorage.getItem(KEY) === "1");

export function setTraining(now: boolean): void {
  training.value = now;
  if (now) localStorage.setItem(KEY, "1");
  else localStorage.removeItem(KEY);
}

/** Ask the site; without network what was known stays. */
export async function askTraining(): Promise<void> {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) setTraining(((await answer.json()) as { training?: boolean }).training === true);
  } catch {
    /* no network */
  }
}
