import { ALPHANUMERIC, CAPITALS, classOf, DIGITS, endOf, isAlphanumeric, isDigit } from "./span.ts";
import type { Finder, MaskedSpan } from "./span.ts";

const isOfLocalPart = classOf(`${ALPHANUMERIC}._%+-`);
const isOfDomain = classOf(`${ALPHANUMERIC}.-`);
const MOST_LOCAL = 64;
const MOST_DOMAIN = 253;

/** E-mail addresses: something before an `@`, and a name with a dot behind it. */
const emails: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    const least = Math.max(at - MOST_LOCAL, spans.at(-1)?.end ?? 0);
    let start = at;
    while (start > least && isOfLocalPart(text.charCodeAt(start - 1))) start -= 1;
    let end = endOf(text, at + 1, { isIn: isOfDomain, most: MOST_DOMAIN });
    while (end > at && !isAlphanumeric(text.charCodeAt(end - 1))) end -= 1;
    if (start < at && text.slice(at + 2, end).includes(".")) spans.push({ start, end, mask: "[email]" });
  }
  return spans;
};

const isOfNumber = classOf(`${DIGITS} -`);

/** Runs of digits with single blanks or hyphens between them, which nothing stands close to. */
function numberRuns(text: string): readonly { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const start = at;
    let end = at + 1;
    while (end < text.length && isOfNumber(text.charCodeAt(end))) {
      if (!isDigit(text.charCodeAt(end)) && !isDigit(text.charCodeAt(end + 1))) break;
      end += 1;
    }
    at = end;
    const before = text[start - 1];
    if (before === "." || isAlphanumeric(text.charCodeAt(start - 1)) || isAlphanumeric(text.charCodeAt(end))) continue;
    runs.push({ start, end });
  }
  return runs;
}

/** Card numbers: 13 to 19 digits that begin as those of networks do, with the right check digit. */
const cards: Finder = (text) =>
  numberRuns(text).flatMap(({ start, end }): readonly MaskedSpan[] =>
    end - start <= 40 && isCard(text.slice(start, end).replaceAll(/[ -]/g, "")) ? [{ start, end, mask: "[card]" }] : [],
  );

/** ISO/IEC 7812-1: every second digit from the right counts twice. Networks begin with 2 to 6, times in ms with 1. */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 0x30;
    const value = place % 2 === 1 ? 2 * digit : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

const isOfPhone = classOf(`${DIGITS} ().-/`);
const MOST_PHONE = 30;

/** International phone numbers: `+` or, with blanks in them, `00`, and 8 to 15 digits. */
const phones: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (const { index, 0: opening } of text.matchAll(/\+[1-9]|00[1-9]/g)) {
    if (index < (spans.at(-1)?.end ?? 0) || (!opening.startsWith("+") && isWithinNumber(text, index))) continue;
    let end = endOf(text, index + opening.length, { isIn: isOfPhone, most: MOST_PHONE });
    while (!isDigit(text.charCodeAt(end - 1))) end -= 1;
    const number = text.slice(index + opening.length - 1, end);
    const digits = number.replaceAll(/\D/g, "").length;
    const isWritten = opening.startsWith("+") || number.includes(" ");
    if (isWritten && digits >= 8 && digits <= 15 && !isAlphanumeric(text.charCodeAt(end))) {
      spans.push({ start: index, end, mask: "[phone]" });
    }
  }
  return spans;
};

const isWithinNumber = (text: string, index: number): boolean => {
  const before = text[index - 1];
  return (
    before === "." ||
    isAlphanumeric(text.charCodeAt(index - 1)) ||
    (before === " " && isDigit(text.charCodeAt(index - 2)))
  );
};

/** Lengths of IBANs by country (the registry of ISO 13616). */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 " +
    "GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 " +
    "MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const isOfIban = classOf(`${CAPITALS}${DIGITS}`);

/** Account numbers: the country's length and the right check digits, with single blanks or without. */
const ibans: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (const { index, 0: opening } of text.matchAll(/[A-Z]{2}\d{2}/g)) {
    const length = IBAN_LENGTHS.get(opening.slice(0, 2));
    if (length === undefined || isAlphanumeric(text.charCodeAt(index - 1))) continue;
    let number = "";
    let end = index;
    while (number.length < length && end < text.length) {
      const isBlank = text[end] === " " && isOfIban(text.charCodeAt(end + 1));
      if (!isBlank && !isOfIban(text.charCodeAt(end))) break;
      if (!isBlank) number += text[end];
      end += 1;
    }
    if (number.length === length && !isAlphanumeric(text.charCodeAt(end)) && hasCheckDigits(number)) {
      spans.push({ start: index, end, mask: "[iban]" });
    }
  }
  return spans;
};

/** ISO 7064 MOD 97-10: letters as two digits, the first four characters last. */
function hasCheckDigits(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** No account has fewer digits: its check digits. */
const LEAST_OF_IBAN = 2;
/** No phone has fewer digits, and no card. */
const LEAST_OF_PHONE = 8;

/** How many digits a text has, counted up to `most`. */
function digitsIn(text: string, most: number): number {
  let digits = 0;
  for (let at = 0; at < text.length && digits < most; at += 1) digits += Number(isDigit(text.charCodeAt(at)));
  return digits;
}

/** E-mail addresses, numbers of accounts, cards and phones, in no order; they may overlap. */
export const findPersonal: Finder = (text) => {
  // Most texts have few digits, and looking for numbers costs more than counting these.
  const digits = digitsIn(text, LEAST_OF_PHONE);
  const accounts = digits < LEAST_OF_IBAN ? [] : ibans(text);
  const numbers = digits < LEAST_OF_PHONE ? [] : [...cards(text), ...phones(text)];
  return [...emails(text), ...accounts, ...numbers];
};
