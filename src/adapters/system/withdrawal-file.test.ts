import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createWithdrawalFile } from "./withdrawal-file.ts";

const directory = mkdtempSync(join(tmpdir(), "rollward-withdrawals-"));
const path = join(directory, "withdrawals.json");
const ADA = { kind: "key", keyId: "key_1", name: "Ada" } as const;
const note = { rolloutId: "rol_1", command: "abort", actor: ADA, reason: "Users complain." } as const;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("a withdrawal file gives back what was kept last, and is gone when nothing is", () => {
  expect(createWithdrawalFile(path).read()).toEqual([]);
  createWithdrawalFile(path).keep([note]);
  createWithdrawalFile(path).keep([note, { ...note, rolloutId: "rol_2", command: "rollback" }]);
  expect(
    createWithdrawalFile(path)
      .read()
      .map(({ rolloutId }) => rolloutId),
  ).toEqual(["rol_1", "rol_2"]);
  expect(readdirSync(directory)).toEqual(["withdrawals.json"]);
  createWithdrawalFile(path).keep([]);
  expect(existsSync(path)).toBe(false);
});

test("a withdrawal file that is torn or foreign keeps nobody from starting", () => {
  for (const text of [
    "",
    '[{"rolloutId":',
    "null",
    '{"a":1}',
    `[1, null, {}, ${JSON.stringify({ ...note, command: "promote" })}]`,
  ]) {
    writeFileSync(path, text);
    expect(createWithdrawalFile(path).read()).toEqual([]);
  }
  writeFileSync(path, `[7, ${JSON.stringify(note)}]`);
  expect(createWithdrawalFile(path).read()).toEqual([note]);
});

test("a withdrawal file in a directory that cannot be written says so", () => {
  expect(() => createWithdrawalFile(join(directory, "nowhere", "x.json")).keep([note])).toThrow("ENOENT");
});
