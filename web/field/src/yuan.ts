/** Whole yuan in the capital figures of banks and courts: the server's rule (`spot_penalty/law.py`). */
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿"];
const HIGHEST = 1e12;

/** 300 as 叁佰元整. Throws for what is no such amount. */
export function capital(amount: number): string {
  if (!Number.isInteger(amount) || amount < 0 || amount >= HIGHEST) throw new RangeError(`no amount to be written in words: ${amount}`);
  if (!amount) return `${DIGITS[0]}元整`;
  let said = "";
  let zero = false;
  for (let n = 0, rest = amount; rest; n += 1, rest = Math.floor(rest / 10_000)) {
    const group = rest % 10_000;
    if (group) said = inGroup(group) + GROUPS[n]! + (zero && said ? DIGITS[0]! : "") + said;
    zero = group ? group < 1000 : !!said;
  }
  return `${said}元整`;
}

/** Up to four digits: 2030 is 贰仟零叁拾. */
function inGroup(n: number): string {
  let said = "";
  let zero = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(n / 10 ** place) % 10;
    if (digit) said += (zero ? DIGITS[0]! : "") + DIGITS[digit]! + PLACES[place]!;
    zero = digit ? false : !!said;
  }
  return said;
}
