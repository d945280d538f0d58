/** What the place calls a result class; the app's own word where the place has none in this language. */
import type { Rules } from "./contract";
import { language, t, type Key } from "./i18n";

export function resultName(rules: Pick<Rules, "results"> | null | undefined, result: string): string {
  return rules?.results?.[language.value]?.[result] ?? t(`result.${result}` as Key);
}
