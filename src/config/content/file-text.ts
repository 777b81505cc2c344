import type { Mistake } from "../project.ts";
import { mistake } from "../source/mistakes.ts";

/** Largest file of a project in UTF-16 units. They are written by hand; a hostile one of this size takes seconds to parse. */
export const MAX_FILE_LENGTH = 256 * 1_024;

/**
 * The text of a file with line feeds alone and without byte order mark, so that a check-out on another system gives
 * the same digest; or the mistake that it cannot be stored as text.
 */
export function fileText(file: string, raw: string): { readonly text: string } | { readonly mistake: Mistake } {
  const text = raw.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  if (text.length > MAX_FILE_LENGTH) {
    return {
      mistake: mistake(
        { file, line: 1, column: 1 },
        { message: `the file has more than ${MAX_FILE_LENGTH} characters`, fix: "shorten it" },
      ),
    };
  }
  const bad = text.isWellFormed()
    ? text.search(/[\0\ufffd]/)
    : text.search(/[\0\ufffd\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  if (bad >= 0) {
    const before = text.slice(0, bad);
    const line = before.split("\n").length;
    return {
      mistake: mistake(
        { file, line, column: bad - before.lastIndexOf("\n") },
        { message: "the file is not text in UTF-8", fix: "save it in UTF-8 and remove the broken character" },
      ),
    };
  }
  return { text };
}
