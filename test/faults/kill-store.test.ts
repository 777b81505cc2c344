import { fork } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Acknowledged, AppendingNews } from "../fixtures/appending-process.ts";

/** Kills in one run; more with ROLLWARD_KILL_LOOPS. */
const LOOPS = Number(process.env["ROLLWARD_KILL_LOOPS"] ?? 10);
const PROGRAM = fileURLToPath(new URL("../fixtures/appending-process.ts", import.meta.url));

const dataDir = mkdtempSync(join(tmpdir(), "rollward-kill-store-"));

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/**
 * Lets the program write until it is killed: `when` milliseconds after it began, or as soon as it has acknowledged a
 * call. Returns what it acknowledged and missed.
 */
async function writeAndDie(
  known: Acknowledged,
  when: number | "acknowledged",
): Promise<{ known: Acknowledged; missing: readonly string[] }> {
  const child = fork(PROGRAM, [dataDir], { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let missing: readonly string[] = ["nothing was opened"];
  let now = known;
  child.on("message", (news: AppendingNews) => {
    if (news.type === "opened") {
      ({ missing } = news);
      if (when !== "acknowledged") setTimeout(() => child.kill("SIGKILL"), when);
    } else {
      now = { ...news, calls: [...now.calls, ...news.calls] };
      if (when === "acknowledged" && now.calls.length > 0) child.kill("SIGKILL");
    }
  });
  child.send(known);
  await ended;
  return { known: now, missing };
}

describe("an embedded store that is killed at any moment", () => {
  test(
    `has everything it acknowledged and is opened at once, ${LOOPS} times`,
    { timeout: LOOPS * 15_000 },
    async () => {
      let known: Acknowledged = { calls: [], rollout: null, batch: 0, release: 0 };
      for (let loop = 0; loop <= LOOPS; loop += 1) {
        // Once on the first acknowledgement, so that there is something to find however slow the machine is.
        const result = await writeAndDie(known, loop === 0 ? "acknowledged" : randomInt(250));
        expect(result.missing).toEqual([]);
        ({ known } = result);
      }
      expect(known.calls.length).toBeGreaterThan(0);
    },
  );
});
