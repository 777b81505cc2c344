/** Code units looked at: an answer may be long, and marks of a person stand early or not at all. */
const MOST_UNITS = 20_000;

/** Whether a text holds what looks like an address, a number of a person, or somebody's name. Linear in the text. */
export function hasPersonalMark(text: string): boolean {
  const looked = text.slice(0, MOST_UNITS);
  return hasEmail(looked) || hasPersonalNumber(looked) || INTRODUCTION.test(looked);
}

/** People who say who they are. Fixed words: nothing to try twice. */
const INTRODUCTION =
  /\b(?:my (?:full |last |first )?name is|my (?:date of birth|birthday|address|ssn|social security number) is|ich heiße|mein name ist|je m'appelle|mi nombre es|me llamo)\b/i;

/** A sign on each side of an at sign, and a dot behind it. */
function hasEmail(text: string): boolean {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const behind = text.slice(at + 1, at + 100);
    const end = behind.search(NOT_OF_HOST);
    const host = end < 0 ? behind : behind.slice(0, end);
    if (OF_NAME.test(text[at - 1] ?? " ") && /[^.]\.[^.]/.test(host)) return true;
  }
  return false;
}

const NOT_OF_HOST = /[^\p{L}\p{N}.-]/u;
const OF_NAME = /[\p{L}\p{N}_.+-]/u;

/** Groups of letters and digits with what people write between the groups of one number. */
const NUMBER = /[+(]?[A-Za-z0-9]+(?:[ ()./-]{1,2}[A-Za-z0-9]+)*/g;
const SEPARATORS = /[ ()./+-]/;
const MOST_GROUPS = 12;

/** Card numbers, account numbers, telephone and social security numbers. */
function hasPersonalNumber(text: string): boolean {
  for (const [run] of text.matchAll(NUMBER)) {
    const groups = run.split(SEPARATORS).filter((group) => group !== "");
    for (let first = 0; first < groups.length; first += 1) {
      if (beginsPersonalNumber(groups, first, run)) return true;
    }
  }
  return false;
}

function beginsPersonalNumber(groups: readonly string[], first: number, run: string): boolean {
  const begin = groups[first] ?? "";
  if (IBAN_BEGIN.test(begin)) return beginsIban(groups, first);
  if (!isDigits(begin)) return false;
  if (AMERICAN.has(shapeOf(groups.slice(first, first + 3)))) return true;
  // Ten digits with a plus before them, or that begin with 0, are a telephone number.
  const isDialled = begin.startsWith("0") || (first === 0 && run.startsWith("+"));
  let joined = "";
  for (const group of groups.slice(first, first + MOST_GROUPS)) {
    if (!isDigits(group) || joined.length + group.length > 19) return false;
    joined += group;
    if (isCard(joined) || (isDialled && joined.length >= 10 && joined.length <= 15)) return true;
  }
  return false;
}

const IBAN_BEGIN = /^[A-Za-z]{2}[0-9]{2}/;

function beginsIban(groups: readonly string[], first: number): boolean {
  let joined = "";
  for (const group of groups.slice(first, first + MOST_GROUPS)) {
    joined += group;
    if (joined.length > 34) return false;
    if (isIban(joined)) return true;
  }
  return false;
}

const isDigits = (text: string): boolean => /^[0-9]+$/.test(text);

/** How the United States group the digits of social security and of telephone numbers. */
const AMERICAN: ReadonlySet<string> = new Set(["3-2-4", "3-3-4"]);

const shapeOf = (groups: readonly string[]): string =>
  groups.map((group) => (isDigits(group) ? group.length : 0)).join("-");

/** ISO/IEC 7812: 13 to 19 digits whose last one checks (Luhn). */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let back = 0; back < digits.length; back += 1) {
    const digit = Number(digits[digits.length - 1 - back]);
    const doubled = back % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO 13616: two letters, two digits, up to 30 more, whose remainder by 97 is 1. */
function isIban(text: string): boolean {
  if (text.length < 15) return false;
  const moved = (text.slice(4) + text.slice(0, 4)).toUpperCase();
  let remainder = 0;
  for (const sign of moved) {
    const value = Number.parseInt(sign, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
