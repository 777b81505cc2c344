/** Hexadecimal digits of a size, so that it stays exact. */
const MOST_DIGITS = 13;

const EXTENSIONS =
  /^(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\\u0000-\u0008\u000a-\u001f\u007f]|\\[\t\u0020-\u007e\u0080-\u00ff])*"))?)*$/;

/** The size in bytes that stands in front of a chunk, from its line without the end; `null` where there is none. Extensions are not looked at. */
export function chunkSize(line: string): number | null {
  let size = 0;
  let at = 0;
  for (let digit = hexDigit(line, at); digit >= 0; digit = hexDigit(line, at)) {
    size = size * 16 + digit;
    at += 1;
  }
  if (at === 0 || at > MOST_DIGITS) return null;
  return at === line.length || EXTENSIONS.test(line.slice(at)) ? size : null;
}

/** -1 where there is none. */
function hexDigit(line: string, at: number): number {
  if (at >= line.length) return -1;
  const code = line.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
