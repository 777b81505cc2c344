import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { callOf } from "../../../../test/contracts/store-samples.ts";
import { createCallWriter } from "./call-writer.ts";
import { encodeCall, joinCalls } from "./encoded-call.ts";

const directory = mkdtempSync(join(tmpdir(), "rollward-call-writer-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LIMITS = { size: 1, queryMs: 1_000, connectMs: 1_000, maxWaiting: 10 };
const NOBODY = { host: directory, port: 5432, user: "postgres", database: "postgres", ssl: false } as const;

const batch = () => joinCalls([encodeCall(callOf({}, { request: Buffer.from("hello") }))]);

test("a writer without a database says so for every batch, and ends all the same", async () => {
  const writer = createCallWriter({ address: NOBODY, limits: LIMITS });
  const away = { code: "database_unavailable", retryable: true };
  await expect(writer.write(batch())).rejects.toMatchObject(away);
  const [first, second] = [writer.write(batch()), writer.write(batch())];
  await expect(first).rejects.toMatchObject(away);
  await expect(second).rejects.toMatchObject(away);
  await writer.close();
});

test("a writer whose thread cannot read a batch fails it as away, and begins anew", async () => {
  const writer = createCallWriter({ address: NOBODY, limits: LIMITS });
  const torn = Buffer.allocUnsafeSlow(3).fill(1);
  await expect(writer.write(torn)).rejects.toThrow(/./);
  await expect(writer.write(batch())).rejects.toMatchObject({ code: "database_unavailable" });
  await writer.close();
});

test("a writer that knows why there is no database says that", async () => {
  const writer = createCallWriter(
    { address: NOBODY, limits: LIMITS },
    {
      trouble: () => "No space left on device",
      lastStop: () => null,
    },
  );
  await expect(writer.write(batch())).rejects.toThrow("No space left on device");
  await writer.close();
});

test("what broke a connection is told together with why the database stopped", async () => {
  const stopped = { trouble: () => null, lastStop: () => "the embedded database has stopped: No space left on device" };
  const writer = createCallWriter({ address: NOBODY, limits: LIMITS }, stopped);
  await expect(writer.write(batch())).rejects.toThrow(/connect .*; the embedded database has stopped: No space left/);
  await writer.close();
});

test("a writer that was never used has nothing to end", async () => {
  await expect(createCallWriter({ address: NOBODY, limits: LIMITS }).close()).resolves.toBeUndefined();
});
