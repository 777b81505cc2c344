import { shown } from "./mistakes.ts";
import type { Path } from "./yaml-places.ts";

const PLAIN = /^[A-Za-z0-9_./-]{1,100}$/;

/** A path for people: `endpoints.support-bot.models[0]`. */
export function pathText(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (PLAIN.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${shown(segment)}]`;
  }
  return text;
}

/** A message with the path it is about in front. */
export const about = (path: Path, message: string): string =>
  path.length === 0 ? message : `${pathText(path)}: ${message}`;
