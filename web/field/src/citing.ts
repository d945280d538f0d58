/**
 * Which provision a decision names, however it is written. The server reads alike (`spot_penalty/citing.py`);
 * `tests/fixtures/spot_penalty.json` holds both sides to it.
 */
const DIGITS = "零一二三四五六七八九";
const TENS: Record<string, number> = { 十: 10, 百: 100, 千: 1000 };
const BEFORE = "(?:^|[^一-鿿]|[据照按和及与或反国条款项])"; // where the name of a law may begin

/** Letters and digits only: half width, figures for numerals, without “中华人民共和国” and the year of a version. */
export function oneWriting(said: string): string {
  return said
    .normalize("NFKC")
    .replace(/\((?![零〇一二三四五六七八九十百千\d]+\))[^)]*\)/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .replaceAll("中华人民共和国", "")
    .replace(/[零〇一二三四五六七八九十百千]+(?=[条款项])/g, (numeral) => String(number(numeral)));
}

/** 一百二十六 and 一二六 are 126. */
function number(numeral: string): number {
  let [whole, digit] = [0, 0];
  for (const sign of numeral.replaceAll("〇", "零")) {
    if (TENS[sign]) [whole, digit] = [whole + (digit || 1) * TENS[sign], 0];
    else digit = digit * 10 + DIGITS.indexOf(sign);
  }
  return whole + digit;
}

/**
 * The place among `bases` of the provision that `said` names: the very one, else another part of its article; -1 for
 * none. The law may be called by a short name: 食安法 is 食品安全法.
 */
export function cited(bases: string[], said: string): number {
  const text = oneWriting(said);
  const patterns = bases.map((basis) => patternsOf(oneWriting(basis)));
  const very = patterns.findIndex(([whole]) => whole.test(text));
  return very >= 0 ? very : patterns.findIndex(([, article]) => article.test(text));
}

/** How a provision and its article are found in a text. */
function patternsOf(basis: string): [RegExp, RegExp] {
  const parts = /^(.+?)第?(\d+条(?:之\d+)?)(.*)$/.exec(basis);
  if (!parts) return [new RegExp(`^${basis}$`), new RegExp(`^${basis}$`)];
  const [, name, which, rest] = parts as unknown as [string, string, string, string];
  const signs = [...name];
  const law = signs.map((sign, n) => (n === 0 || n === signs.length - 1 ? sign : `${sign}?`)).join("");
  const article = `${BEFORE}${law}第?${which}(?!之)`;
  return [new RegExp(`${article}${rest}(?!\\d)`), new RegExp(article)];
}
