import { ALPHANUMERIC, CAPITALS, classOf, DIGITS, endOf, isAlphanumeric } from "./span.ts";
import type { Finder, MaskedSpan } from "./span.ts";

const isToken = classOf(`${ALPHANUMERIC}_-`);
const isCapitalOrDigit = classOf(`${CAPITALS}${DIGITS}`);
const isCredential = classOf(`${ALPHANUMERIC}._~+/=-`);
const isDotted = classOf(`${ALPHANUMERIC}_-.`);

/** Longest secret that is looked for; what follows is masked on its own where it looks like one. */
const MOST = 4_000;

type Opening = readonly [openings: RegExp, least: number, isIn: (code: number) => boolean];

/** Such an opening ends with a hyphen or a low line: where there is none, none is looked for. */
const SIGNED: Opening = [
  /(?:sk|pk|rk|rw|hf|r8|ghp|gho|ghs|ghu|glpat|gsk|nvapi|xox[abprs]|github_pat)[-_]/g,
  10,
  isToken,
];

/** How keys and tokens in use begin, and how many characters of which class follow at least. */
const OPENINGS: readonly Opening[] = [
  [/(?:AKIA|ASIA)/g, 16, isCapitalOrDigit],
  [/AIza/g, 20, isToken],
  [/ya29\./g, 20, isToken],
];

/** Keys and tokens by how they begin. */
const byOpening: Finder = (text) => {
  const isSigned = text.includes("-") || text.includes("_");
  return (isSigned ? [SIGNED, ...OPENINGS] : OPENINGS).flatMap(([openings, least, isIn]) => {
    const spans: MaskedSpan[] = [];
    let from = 0;
    for (const { index, 0: opening } of text.matchAll(openings)) {
      if (index < from || isAlphanumeric(text.charCodeAt(index - 1))) continue;
      const body = index + opening.length;
      const end = endOf(text, body, { isIn, most: MOST });
      from = end;
      if (end - body >= least) spans.push({ start: index, end, mask: "[secret]" });
    }
    return spans;
  });
};

/** JSON web tokens: two or three parts with dots, the first of which begins with `{"` in base64. */
const webTokens: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (let start = text.indexOf("eyJ"); start !== -1;) {
    const end = endOf(text, start, { isIn: isDotted, most: MOST });
    const [head = "", body = ""] = text.slice(start, end).split(".", 3);
    const isOne = head.length >= 13 && body.length >= 10;
    if (isOne && !isAlphanumeric(text.charCodeAt(start - 1))) spans.push({ start, end, mask: "[secret]" });
    start = text.indexOf("eyJ", Math.max(end, start + 3));
  }
  return spans;
};

/** What follows a scheme of authentication. */
const ofSchemes: Finder = (text) => following(text, /\b(?:bearer|basic)[ \t]{1,4}/gi, { least: 8, isIn: isCredential });

const NAMES =
  /\b(?:password|passwd|secret|api[_-]?key|access[_-]?token|client[_-]?secret)"?[ \t]{0,4}[:=][ \t]{0,4}"?/gi;

/** What is assigned to a name that says what it is. Without a sign between them the names need not be looked for. */
const assigned: Finder = (text) =>
  text.includes(":") || text.includes("=")
    ? following(text, NAMES, { least: 4, isIn: (code) => !isValueEnd(code) })
    : [];

const isValueEnd = classOf(" \t\r\n\"',;&");

interface Following {
  readonly least: number;
  readonly isIn: (code: number) => boolean;
}

function following(text: string, openings: RegExp, { least, isIn }: Following): readonly MaskedSpan[] {
  const spans: MaskedSpan[] = [];
  for (const { index, 0: opening } of text.matchAll(openings)) {
    const start = index + opening.length;
    if (start < (spans.at(-1)?.end ?? 0)) continue;
    const end = endOf(text, start, { isIn, most: MOST });
    if (end - start >= least) spans.push({ start, end, mask: "[secret]" });
  }
  return spans;
}

const MOST_USER_INFO = 400;
const isOfAuthority = (code: number): boolean => code > 0x20 && code !== 0x2f && code !== 0x40;

/** User and password in a URL. */
const userInfo: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    const start = at + 3;
    const end = endOf(text, start, { isIn: isOfAuthority, most: MOST_USER_INFO });
    if (text[end] === "@" && text.slice(start, end).includes(":")) spans.push({ start, end, mask: "[secret]" });
  }
  return spans;
};

const END = "-----END ";

/** Private keys in PEM, up to their end or that of the text. */
const privateKeys: Finder = (text) => {
  const spans: MaskedSpan[] = [];
  for (const { index } of text.matchAll(/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g)) {
    if (index < (spans.at(-1)?.end ?? 0)) continue;
    const closing = text.indexOf(END, index);
    const end = closing === -1 ? text.length : closing;
    spans.push({ start: index, end, mask: "[secret]" });
  }
  return spans;
};

const FINDERS: readonly Finder[] = [privateKeys, byOpening, webTokens, ofSchemes, assigned, userInfo];

/** Keys, tokens, passwords and private keys, in no order; they may overlap. */
export const findSecrets: Finder = (text) => FINDERS.flatMap((find) => find(text));
