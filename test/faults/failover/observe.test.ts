import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ANSWER, ANSWER_WORDS } from "../../fixtures/faulty-provider/answer-text.ts";
import { startFaultyProvider } from "../../fixtures/faulty-provider/faulty-provider.ts";
import type { FaultyProvider } from "../../fixtures/faulty-provider/faulty-provider.ts";
import { eventsOf } from "../../fixtures/faulty-provider/plan.ts";
import { PROFILES } from "../../fixtures/faulty-provider/profile.ts";
import { frame, LAST_FRAME, STREAM_HEAD } from "../../fixtures/faulty-provider/wire.ts";
import { observe } from "./observe.ts";
import type { Observation } from "./observe.ts";

/** Faults that last long enough to be seen, and not longer. */
const SHORT = { ...PROFILES.fast, betweenWordsMs: 0, firstTokenMs: 50, stallMs: 50, silenceMs: 50, outageMs: 50 };

let provider: FaultyProvider;

beforeAll(async () => {
  provider = await startFaultyProvider(SHORT);
});

afterAll(() => provider.close());

const direct = (model: string, stream: boolean, fields: object = {}): Promise<Observation> =>
  observe({ url: provider.baseUrl.replace("/v1", ""), endpoint: model, stream, limitMs: 5_000, fields });

describe("a client without a gateway, at the faulty provider", () => {
  test.each([
    ["healthy", "whole"],
    ["s01", "error"],
    ["s02", "error"],
    ["s03", "error"],
    ["s04", "error"],
    ["s05", "error"],
    ["s06", "error"],
    ["s07", "whole"],
    ["s08", "error"],
    ["s09", "error"],
    ["s11", "whole"],
    ["s12", "error"],
    ["s13", "error"],
    ["s14", "error"],
    ["s15", "error"],
    ["s16", "error"],
    ["error-first", "error"],
    ["error-inside", "error"],
  ] as const)("%s, streamed, is seen as %s", async (model, wanted) => {
    expect((await direct(`${model}.streamed`, true)).seenAs).toBe(wanted);
  });

  test.each([
    ["healthy", "whole"],
    ["s07", "whole"],
    ["s08", "error"],
    ["s09", "error"],
    ["s10", "truncated"],
  ] as const)("%s, whole, is seen as %s", async (model, wanted) => {
    expect((await direct(`${model}.whole`, false)).seenAs).toBe(wanted);
  });

  test("an event that is not JSON is counted, and the words around it are all there", async () => {
    expect(await direct("s10.counted", true)).toMatchObject({ malformed: 1, text: ANSWER, sawDone: true });
  });

  test("only the first attempt of S01, S03 and S05 fails", async () => {
    for (const fault of ["s01", "s03", "s05"]) {
      expect((await direct(`${fault}.again`, true)).seenAs).toBe("error");
      expect((await direct(`${fault}.again`, true)).seenAs).toBe("whole");
    }
  });

  test("an answer that was begun is gone on with, except by the model that refuses to", async () => {
    const [begun, rest] = [ANSWER_WORDS.slice(0, 40).join(" "), ANSWER_WORDS.slice(40).join(" ")];
    const messages = [
      { role: "user", content: "Say it." },
      { role: "assistant", content: begun },
    ];
    expect((await direct("healthy.prefix", true, { messages })).text).toBe(rest);
    expect(await direct("no-prefill.prefix", true, { messages })).toMatchObject({ status: 400, seenAs: "error" });
    expect((await direct("no-prefill.whole", true)).seenAs).toBe("whole");
  });

  test("every attempt is in the log, and whether its client hung up", async () => {
    await direct("healthy.logged", true);
    const url = provider.baseUrl.replace("/v1", "");
    // The stall lasts 50 ms: this client has gone before it is over.
    await observe({ url, endpoint: "s09.logged", stream: true, limitMs: 20 });
    expect(provider.attemptsAt("healthy.logged")).toMatchObject([
      { attempt: 1, fault: "healthy", stream: true, lastRole: "user", left: false },
    ]);
    await expect.poll(() => provider.attemptsAt("s09.logged")).toMatchObject([{ left: true }]);
  });
});

describe("a gateway that shows a truncated answer as success", () => {
  const { words, last } = eventsOf(
    { model: "m", stream: true, includeUsage: true, lastRole: "user", lastText: "", bytes: 0 },
    ANSWER,
  );

  /** Sends these events as a stream that ends in good order. */
  async function seen(events: readonly string[]): Promise<Observation> {
    const server = createServer((socket) => {
      socket.once("data", () => socket.end(Buffer.concat([STREAM_HEAD, ...events.map(frame), LAST_FRAME])));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const observed = await observe({ url: `http://127.0.0.1:${port}`, endpoint: "m", stream: true, limitMs: 5_000 });
    await new Promise((resolve) => server.close(resolve));
    return observed;
  }

  const error = `data: ${JSON.stringify({ error: { code: "cut", message: "cut" } })}\n\n`;

  test("is seen through, with a finish reason and without one", async () => {
    expect((await seen([...words, ...last])).seenAs).toBe("whole");
    expect((await seen([...words.slice(0, 40), ...last])).seenAs).toBe("truncated");
    expect((await seen(words.slice(0, 40))).seenAs).toBe("truncated");
    expect((await seen(words)).seenAs).toBe("truncated");
  });

  test("is told from one that says so", async () => {
    expect(await seen([...words.slice(0, 40), error])).toMatchObject({ seenAs: "error", contradictory: false });
    expect(await seen([...words.slice(0, 40), error, ...last])).toMatchObject({ contradictory: true });
  });
});
