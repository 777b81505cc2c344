/** Characters in a line: one of a megabyte without a break would stop any browser. */
const LINE = 160;

/** A line as it is drawn. */
export interface ExactLine {
  /** Of the line in the text; `null` where one goes on. */
  readonly number: number | null;
  readonly text: string;
}

/** The lines of a text, long ones broken; no character is broken in two. */
export function linesOf(text: string): readonly ExactLine[] {
  const lines: ExactLine[] = [];
  let number = 0;
  for (let at = 0; at <= text.length;) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    number += 1;
    let from = at;
    do {
      const to = wholeAt(text, Math.min(stop, from + LINE), stop);
      lines.push({ number: from === at ? number : null, text: text.slice(from, to) });
      from = to;
    } while (from < stop);
    at = stop + 1;
  }
  return lines;
}

/** Two code units can be one character: then the second one comes along. */
const wholeAt = (text: string, to: number, stop: number): number =>
  to < stop && /[\uD800-\uDBFF]/.test(text.charAt(to - 1)) ? to + 1 : to;
