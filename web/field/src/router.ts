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

/** Goes to a page without leaving the present one in the history. */
export function replace(page: string, arg = ""): void {
  const hash = arg ? `#/${page}/${encodeURIComponent(arg)}` : `#/${page}`;
  history.replaceState(null, "", hash);
  parts.value = parse();
  window.scrollTo(0, 0);
}
