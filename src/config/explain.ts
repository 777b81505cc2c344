import type { Mistake } from "./project.ts";

/** Mistakes for a terminal: place, what is wrong, and what to write instead. */
export const formatMistakes = (mistakes: readonly Mistake[]): string =>
  mistakes.map(({ file, line, column, message, fix }) => `${file}:${line}:${column}  ${message}\n    ${fix}`).join("\n");
