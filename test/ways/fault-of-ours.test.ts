import { afterEach, expect, test, vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

afterEach(() => server.stop());

test("a fault of ours inside a call tells the client where to look, and is there", async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  bot:
    models: [sim/good-2026-01-01]
`,
  });
  const { gateway } = server.server.house;
  const told = vi.spyOn(gateway.announcer, "troubled");
  vi.spyOn(gateway.pins, "get").mockImplementation(() => {
    throw new Error("The pins are broken.");
  });
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hi" }] }),
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("pins");
  const id = answer.headers.get("x-rollward-call") ?? "none";
  expect(told).toHaveBeenCalledWith(
    expect.stringContaining(id),
    expect.objectContaining({ message: "The pins are broken." }),
  );
});
