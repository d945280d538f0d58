/** Bringing a part of the page under the eyes and under the keyboard. */

export function reveal(element: Element | null | undefined, focus = "button, input, textarea, select"): void {
  if (!element) return;
  const closed = element.closest("details");
  if (closed) closed.open = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  const target = element.matches(focus) ? element : element.querySelector(focus);
  (target as HTMLElement | null)?.focus({ preventScroll: true });
}
