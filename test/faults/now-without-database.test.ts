import { describe, expect, test } from "vitest";
import { startFreezableServer } from "../fixtures/freezable-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const SOON = { timeout: 60_000, interval: 100 };

async function sentenceOf(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/now");
  return (body as { readonly sentence: string }).sentence;
}

describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("the view of this moment", () => {
  test("answers while the database stands still, and says that it shows what was known before", async () => {
    const { server, proxy } = await startFreezableServer();
    expect(await sentenceOf(server)).not.toContain("database");
    proxy.freeze();
    await expect.poll(() => sentenceOf(server), SOON).toContain("what is shown here is what was known before");
    proxy.thaw();
    await expect.poll(() => sentenceOf(server), SOON).not.toContain("database");
  });
});
