import type { EventEmitter } from "node:events";

/**
 * Lets a process outlive whoever reads its output. A Ctrl-C ends all programs of a pipe at the same moment, `tee` among them, and
 * what the server then says to nobody must not keep it from writing its records.
 */
export function outliveReaders(outputs: readonly EventEmitter[]): void {
  for (const output of outputs) output.on("error", ignore);
}

/** What cannot be written cannot be told either. */
function ignore(): void {}
