import { describe, expect, test, vi } from "vitest";
import { startFreezableServer } from "../fixtures/freezable-server.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { SlowCalls } from "../fixtures/slow-calls.ts";

/** Calls made while the database does not answer. */
const CALLS = 500;

const call = async ({ url }: RunningServer): Promise<string | null> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  return response.status === 200 ? response.headers.get("x-rollward-call") : null;
};

describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("a database that freezes", () => {
  test("delays no call, and every call made meanwhile is recorded once it answers again", async () => {
    const { server, proxy } = await startFreezableServer();
    expect(await call(server)).not.toBeNull();
    const slow = new SlowCalls();
    for (let made = 0; made < 100; made += 20) {
      await Promise.all(Array.from({ length: 20 }, () => slow.usual(() => call(server))));
    }

    proxy.freeze();
    const ids: (string | null)[] = [];
    for (let made = 0; made < CALLS; made += 20) {
      ids.push(...(await Promise.all(Array.from({ length: 20 }, () => slow.during(() => call(server))))));
    }
    // Statements are given up after far more than a second.
    expect(slow.longerThan(1_000)).toBe(0);
    expect(ids.filter((id) => id === null)).toEqual([]);
    expect(new Set(ids).size).toBe(CALLS);

    proxy.thaw();
    await vi.waitFor(
      async () => {
        const { status } = await server.ask("GET", `/api/calls/${ids.at(-1)}`);
        expect(status).toBe(200);
      },
      { timeout: 60_000, interval: 100 },
    );
    for (const id of ids) expect((await server.ask("GET", `/api/calls/${id}`)).status).toBe(200);
    const { body } = await server.ask("GET", "/api/health");
    expect(body).toMatchObject({ records: { dropped_facts: 0 } });
  });

  test("stops what it is told to stop, and writes it once it answers again", async () => {
    const { server, proxy } = await startFreezableServer();
    expect(await call(server)).not.toBeNull();
    proxy.freeze();
    const stop = { subject: { type: "endpoint", name: "support-bot" }, reason: "it lies" };
    const stopped = await server.ask("POST", "/api/pauses", stop);
    expect(stopped).toMatchObject({ status: 200, body: { ...stop, only_here: true } });
    expect(await call(server)).toBeNull();

    proxy.thaw();
    const { id } = stopped.body as { readonly id: string };
    const listed = async () => (await server.ask("GET", "/api/pauses")).body as { readonly data: readonly object[] };
    await vi.waitFor(async () => expect((await listed()).data).toMatchObject([{ id, only_here: false }]), {
      timeout: 60_000,
      interval: 100,
    });
    expect(await call(server)).toBeNull();
    expect((await server.ask("POST", `/api/pauses/${id}/lift`, { reason: "mended" })).status).toBe(200);
    expect(await call(server)).not.toBeNull();
  });
});
