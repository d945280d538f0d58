/** The code on a shop's door: ten characters, Crockford base 32, the last checks the other nine. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const DOOR_CODE_LENGTH = 10;

/** What was typed, forgiven: case, spaces and hyphens do not matter, O is 0, I and L are 1. */
export function tidyCode(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[\s\-_.]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

/** Whether the text could be a door code at all: length and alphabet. */
export function looksLikeCode(code: string): boolean {
  return code.length === DOOR_CODE_LENGTH && Array.from(code).every((c) => ALPHABET.includes(c));
}

/** The code in what was scanned: an address that ends in /d/<code>, or the bare code; null when it is neither. */
export function codeFromScan(scanned: string): string | null {
  const inAddress = /\/d\/([0-9A-Za-z-]+)\/?(?:[?#].*)?$/.exec(scanned.trim());
  const code = tidyCode(inAddress ? inAddress[1]! : scanned);
  return looksLikeCode(code) ? code : null;
}

/** Luhn over base 32, as on the server (`kernel.registry.door`): catches every single wrong character. */
export function checkChar(body: string): string {
  let total = 0;
  let factor = 2;
  for (const char of Array.from(body).reverse()) {
    const addend = factor * ALPHABET.indexOf(char);
    total += Math.floor(addend / 32) + (addend % 32);
    factor = 3 - factor;
  }
  return ALPHABET[(32 - (total % 32)) % 32]!;
}

/** Whether the code's last character is the one that its first nine ask for. */
export function checkHolds(code: string): boolean {
  return looksLikeCode(code) && checkChar(code.slice(0, -1)) === code.slice(-1);
}
