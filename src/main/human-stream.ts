import colors from "picocolors";
import { printable } from "../kit/printable.ts";

/** pino's number for warnings; errors are above it. */
const WARN = 40;

/** The parts of a log line that people read. */
interface Line {
  readonly level?: number;
  readonly time?: number;
  readonly msg?: string;
  readonly endpoint?: string;
  readonly fact?: string;
  readonly err?: { readonly message?: string };
}

/** A stream for pino that writes each JSON line as one line for people; what is not JSON stays as it is. */
export const createHumanStream = (write: (text: string) => void): { readonly write: (line: string) => void } => ({
  write: (line) => write(`${humanLine(line)}\n`),
});

function humanLine(text: string): string {
  let line: Line;
  try {
    line = JSON.parse(text) as Line;
  } catch {
    return printable(text.trimEnd());
  }
  const { level = 0, time, msg = "", endpoint, fact, err } = line;
  const at = new Date(time ?? 0).toISOString().slice(11, 19);
  const subject = [endpoint, fact].filter((part) => part !== undefined).join(" ");
  const cause = err?.message === undefined ? "" : ` (${err.message})`;
  const told = printable(`${subject === "" ? "" : `${subject}: `}${msg}${cause}`).replaceAll("\n", " ");
  return `${colors.dim(at)}  ${level >= WARN ? colors.red(told) : told}`;
}
