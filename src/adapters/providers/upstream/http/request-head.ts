/** A request's first lines. */
export interface RequestHeadParts {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Headers of this request alone. */
  readonly more: readonly string[];
  /** `null` where there is no body. */
  readonly bodyBytes: number | null;
}

const PATH = /^\/[\u0021-\u007e]*$/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\u0020-\u007e]*$/;

/** Lines of headers that many requests share. */
const known = new WeakMap<readonly string[], string>();

/** A request's head with the empty line behind it. Throws where a path or a header could end its line. */
export function requestHead({ method, path, host, headers, more, bodyBytes }: RequestHeadParts): string {
  if (!PATH.test(path)) throw new Error("A path cannot be sent.");
  const length = bodyBytes === null ? "" : `content-length: ${bodyBytes}\r\n`;
  const own = more.length === 0 ? "" : linesOf(more);
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${knownLinesOf(headers)}${own}${length}\r\n`;
}

function knownLinesOf(headers: readonly string[]): string {
  const before = known.get(headers);
  if (before !== undefined) return before;
  const lines = linesOf(headers);
  known.set(headers, lines);
  return lines;
}

function linesOf(headers: readonly string[]): string {
  let lines = "";
  for (let index = 0; index < headers.length; index += 2) {
    const [name = "", value = ""] = [headers[index], headers[index + 1]];
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error("A header cannot be sent.");
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}
