/** Which page is shown: the part after # in the address, so that the back key works and the server sees one page. */
import { computed, ref } from "vue";

function parse(): string[] {
  return decodeURIComponent(location.hash.replace(/^#\/?/, "")).split("/").filter(Boolean);
}

const parts = ref<string[]>(parse());
window.addEventListener("hashchange", () => {
  parts.value = parse();
  window.scrollTo(0, 0);
});

/** Page name ("today" when none is given) and its argument. */
export const route = computed(() => ({ page: parts.value[0] ?? "today", arg: parts.value[1] ?? "" }));

export function go(page: string, arg = ""): void {
  location.hash = arg ? `#/${page}/${encodeURIComponent(arg)}` : `#/${page}`;
}

let steps = 0;
window.addEventListener("hashchange", () => (steps += 1));

/** Back to where one came from: the outbox is looked at in the middle of a check. */
export function back(): void {
  if (steps > 0) history.back();
  else go("today");
}

/** Goes to a page without leaving the present one in the history. */
export function replace(page: string, arg = ""): void {
  const hash = arg ? `#/${page}/${encodeURIComponent(arg)}` : `#/${page}`;
  history.replaceState(null, "", hash);
  parts.value = parse();
  window.scrollTo(0, 0);
}
