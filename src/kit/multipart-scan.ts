/** One part of a form. Positions are byte offsets in the form, half-open. */
export interface FormPart {
  readonly name: string;
  /** `null` for a plain field; a part with a file name is a file. */
  readonly filename: string | null;
  /** From the dashes of the delimiter before it to the dashes of the one after it. */
  readonly part: { readonly start: number; readonly end: number };
  /** Its content alone. */
  readonly value: { readonly start: number; readonly end: number };
}

/** Bounds of a form. */
export interface FormLimits {
  readonly maxParts: number;
  /** Largest head of one part, bytes. */
  readonly maxHeadBytes: number;
}

/** What is wrong with a form, and at which byte. */
export class FormScanError extends Error {
  readonly reason: string;
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.reason = reason;
    this.offset = offset;
  }
}

const MEDIA_TYPE = "multipart/form-data";
/** RFC 2046, 5.1.1: at most 70 of these, the last no space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

/** The boundary that a content type of a form names; `null` when it is another type, or names none that is allowed. */
export function boundaryOf(contentType: string): string | null {
  const [type = "", ...parameters] = contentType.split(";");
  if (type.trim().toLowerCase() !== MEDIA_TYPE) return null;
  const found = parameters.map((text) => text.trim()).filter((text) => text.slice(0, 9).toLowerCase() === "boundary=");
  const [given = "", second] = found.map((text) => text.slice(9));
  if (second !== undefined) return null;
  const isQuoted = given.length > 2 && given.startsWith('"') && given.endsWith('"');
  const boundary = isQuoted ? given.slice(1, -1) : given;
  return BOUNDARY.test(boundary) ? boundary : null;
}

/**
 * Finds the parts of a form (RFC 7578) in one pass, strictly: nothing stands before the first delimiter, lines end in
 * CRLF, each part names itself once in a `Content-Disposition`, and after the last delimiter comes at most a line end.
 * Throws `FormScanError`.
 */
export function scanForm(bytes: Buffer, boundary: string, limits: FormLimits): readonly FormPart[] {
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  if (!startsAt(bytes, 0, delimiter)) throw new FormScanError("it does not begin with its boundary", 0);
  const parts: FormPart[] = [];
  let start = 0;
  for (;;) {
    const head = start + delimiter.length;
    if (startsAt(bytes, head, DASHES)) {
      checkEnd(bytes, head + DASHES.length);
      return parts;
    }
    if (!startsAt(bytes, head, CRLF)) throw new FormScanError("a boundary is not alone in its line", head);
    if (parts.length >= limits.maxParts) {
      throw new FormScanError(`it has more than ${limits.maxParts} parts`, head);
    }
    const names = readHead(bytes, head, limits.maxHeadBytes);
    // Readers differ on whether such a part is empty or goes on.
    if (startsAt(bytes, names.end - CRLF.length, next)) throw new FormScanError("a part has no content", names.end);
    const stop = bytes.indexOf(next, names.end);
    if (stop < 0) throw new FormScanError("its last part has no end", bytes.length);
    const end = stop + CRLF.length;
    const { name, filename } = names;
    parts.push({ name, filename, part: { start, end }, value: { start: names.end, end: stop } });
    start = end;
  }
}

const CRLF = Buffer.from("\r\n");
const DASHES = Buffer.from("--");
const HEAD_END = Buffer.from("\r\n\r\n");

const startsAt = (bytes: Buffer, at: number, text: Buffer): boolean =>
  at + text.length <= bytes.length && bytes.compare(text, 0, text.length, at, at + text.length) === 0;

function checkEnd(bytes: Buffer, at: number): void {
  const isOver = at === bytes.length || (at + CRLF.length === bytes.length && startsAt(bytes, at, CRLF));
  if (!isOver) throw new FormScanError("something follows its end", at);
}

interface Head {
  readonly name: string;
  readonly filename: string | null;
  /** Where the content begins. */
  readonly end: number;
}

/** `at` is the line end of the delimiter. */
function readHead(bytes: Buffer, at: number, maxBytes: number): Head {
  const window = bytes.subarray(at, at + maxBytes);
  const length = window.indexOf(HEAD_END);
  if (length < 0) throw new FormScanError("the head of a part is too long or has no end", at);
  const lines = window.toString("utf8", CRLF.length, Math.max(length, CRLF.length)).split("\r\n");
  const named = lines.filter((line) => line.slice(0, 20).toLowerCase() === "content-disposition:");
  const [line] = named;
  if (line === undefined || named.length > 1) {
    throw new FormScanError("a part does not say once what it is", at);
  }
  return { ...readDisposition(line.slice(20), at), end: at + length + HEAD_END.length };
}

/** `form-data; name="file"; filename="a.mp3"`; text in quotes may hold a quote after a backslash. */
function readDisposition(text: string, offset: number): Omit<Head, "end"> {
  const fields = new Map<string, string>();
  let rest = text.trim();
  if (rest.slice(0, 9).toLowerCase() !== "form-data") throw new FormScanError("a part is not of a form", offset);
  rest = rest.slice(9).trimStart();
  while (rest !== "") {
    const equals = rest.indexOf("=");
    if (!rest.startsWith(";") || equals < 0)
      throw new FormScanError("a part is named in a way that is not read", offset);
    const key = rest.slice(1, equals).trim().toLowerCase();
    const { value, length } = readQuoted(rest.slice(equals + 1), offset);
    if (fields.has(key)) throw new FormScanError("a part is named twice", offset);
    fields.set(key, value);
    rest = rest.slice(equals + 1 + length).trimStart();
  }
  const name = fields.get("name") ?? "";
  if (name === "") throw new FormScanError("a part has no name", offset);
  // `name*` and the like would be a second name that others may prefer.
  const other = [...fields.keys()].find((key) => key.startsWith("name") && key !== "name");
  if (other !== undefined) throw new FormScanError("a part is named twice", offset);
  return { name, filename: fields.get("filename") ?? fields.get("filename*") ?? null };
}

function readQuoted(text: string, offset: number): { readonly value: string; readonly length: number } {
  if (!text.startsWith('"')) {
    const end = text.indexOf(";");
    const length = end < 0 ? text.length : end;
    return { value: text.slice(0, length).trim(), length };
  }
  let value = "";
  for (let at = 1; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') return { value, length: at + 1 };
    const isEscape = letter === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\");
    value += isEscape ? text[(at += 1)] : letter;
  }
  throw new FormScanError("the name of a part has no end", offset);
}
