import type { Mistake } from "./project.ts";

/** One mistake for a terminal: its place, what is wrong and, indented below, what to do. */
export const explainMistake = ({ file, line, column, message, fix }: Mistake): string =>
  `${file}:${line}:${column}  ${message}\n    ${fix}`;

/**
 * Mistakes for a terminal, one below the other:
 * `rollward.yaml:14:12  endpoints.bot.models[0]: "openai/gpt-x-latest" is not pinned; use one of …`.
 */
export const formatMistakes = (mistakes: readonly Mistake[]): string => mistakes.map(explainMistake).join("\n");
