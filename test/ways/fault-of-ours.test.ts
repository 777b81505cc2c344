import { afterEach, expect, test, vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

afterEach(() => server.stop());

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  bot:
    models: [sim/good-2026-01-01]
`,
};

const ask = (messages: readonly object[] = [{ role: "user", content: "Hi" }]): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages }),
  });

test("a fault of ours inside a call tells the client where to look, and is there", async () => {
  server = await startServer(PROJECT);
  const { gateway } = server.server.house;
  const told = vi.spyOn(gateway.announcer, "troubled");
  vi.spyOn(gateway.pins, "get").mockImplementation(() => {
    throw new Error("The pins are broken.");
  });
  const answer = await ask();
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("pins");
  const id = answer.headers.get("x-rollward-call") ?? "none";
  expect(told).toHaveBeenCalledWith(
    expect.stringContaining(id),
    expect.objectContaining({ message: "The pins are broken." }),
    expect.objectContaining({ call: id, endpoint: "bot" }),
  );
});

test("a fault of ours beside a call is told, and the call goes on without what it was to bring", async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  bot:
    models: [sim/good-2026-01-01]
    context: { overflow: summarise, window: 1400, reserve: 100, summariser: sim/good-2026-01-01 }
`,
  });
  const { gateway } = server.server.house;
  const told = vi.spyOn(gateway.announcer, "troubled");
  vi.spyOn(gateway.health, "of").mockImplementationOnce(() => {
    throw new Error("The board is broken.");
  });
  const turn = [
    { role: "user", content: "How is the parcel? ".repeat(30) },
    { role: "assistant", content: "On its way. ".repeat(30) },
  ];
  const messages = [...Array.from({ length: 10 }, () => turn).flat(), { role: "user", content: "And now?" }];
  const answer = await ask(messages);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-rollward-context")).toMatch(/^truncated; /);
  expect(told).toHaveBeenCalledWith(
    expect.stringContaining(answer.headers.get("x-rollward-call") ?? "none"),
    expect.objectContaining({ message: "The board is broken." }),
    expect.objectContaining({ endpoint: "bot", release: "bot@1" }),
  );
});

test("a fault of ours in the books of a call is told, and other calls go on", async () => {
  server = await startServer(PROJECT);
  const { gateway } = server.server.house;
  const told = vi.spyOn(gateway.announcer, "troubled");
  vi.spyOn(gateway.spend, "note").mockImplementationOnce(() => {
    throw new Error("The books are broken.");
  });
  const [first, second] = [await ask(), await ask()];
  expect([first.status, second.status]).toEqual([200, 200]);
  const id = first.headers.get("x-rollward-call") ?? "none";
  expect(told).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining(id),
    expect.objectContaining({ message: "The books are broken." }),
    expect.objectContaining({ call: id, endpoint: "bot" }),
  );
});
