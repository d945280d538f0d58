/** Codes of products (GTIN: EAN-13, EAN-8, UPC-A, ITF-14), told by their length and held by their check digit. */

export const LENGTHS = [8, 12, 13, 14];

/** The digits of what was typed or scanned; spaces and dashes of a print go. */
export const digitsOf = (typed: string): string => typed.replace(/[\s\-–]/g, "");

/** The sum that the last digit completes to a whole ten: weights 3 and 1 from the right (GS1 General Specifications 7.9). */
function checkDigit(head: string): number {
  const sum = [...head].reverse().reduce((all, digit, i) => all + Number(digit) * (i % 2 ? 1 : 3), 0);
  return (10 - (sum % 10)) % 10;
}

export type Wrong = "digits" | "length" | "check";

/** What is wrong with a code; null for a whole one. */
export function wrongWith(code: string): Wrong | null {
  if (!/^\d+$/.test(code)) return "digits";
  if (!LENGTHS.includes(code.length)) return "length";
  return checkDigit(code.slice(0, -1)) === Number(code[code.length - 1]) ? null : "check";
}

/** The same product under one key, however long its code was printed. */
export const gtin = (code: string): string => code.padStart(14, "0");
