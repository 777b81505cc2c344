import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import type { WithdrawalNote, WithdrawalNotes } from "../../ports/withdrawal-notes.ts";

/** Notes in one small file, replaced whole; no file when there are none. */
export const createWithdrawalFile = (path: string): WithdrawalNotes => ({
  read() {
    try {
      const notes = JSON.parse(readFileSync(path, "utf8")) as unknown;
      return Array.isArray(notes) ? notes.filter(isNote) : [];
    } catch {
      return [];
    }
  },
  keep(notes) {
    if (notes.length === 0) {
      rmSync(path, { force: true });
      return;
    }
    const next = `${path}.next`;
    const file = openSync(next, "w", 0o600);
    try {
      writeSync(file, JSON.stringify(notes));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
  },
});

function isNote(value: unknown): value is WithdrawalNote {
  if (typeof value !== "object" || value === null) return false;
  const { rolloutId, command, actor, reason } = value as Partial<Record<keyof WithdrawalNote, unknown>>;
  const isWhole = typeof rolloutId === "string" && typeof reason === "string";
  return isWhole && typeof actor === "object" && actor !== null && (command === "abort" || command === "rollback");
}
