import { describe, expect, test } from "vitest";
import { createGemini } from "../../src/adapters/providers/gemini.ts";
import { geminiAnswer, geminiWire } from "../fixtures/gemini-upstream.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { WireRequest } from "../fixtures/scripted-upstream.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { FORMS, ask, questionFor } from "./conversing-subject.ts";
import { vendorOpener } from "./vendor-subject.ts";

const SECRET = "AIza-a-secret-of-the-test";

/** What providers of the test share. */
const TERMS = { prices: new Map(), answerBytes: 64 * 1024 * 1024, breaker: null, allowPrivate: false };

describe("the provider gemini", () => {
  const open = vendorOpener({
    model: "gemini-3.5-flash",
    secret: SECRET,
    wire: geminiWire(SECRET),
    provider: (origin) =>
      createGemini({ ...TERMS, name: "gemini", baseUrl: `${origin}/v1beta`, keys: [SECRET], keyEnv: "GEMINI_API_KEY" }),
  });
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);
});

describe.each(FORMS)("the tier of service that an answer of Gemini names, %s", (_, stream) => {
  test.each([
    ["priority", "priority"],
    ["SERVICE_TIER_FLEX", "flex"],
    ["standard", undefined],
  ])("%s is known as %s", async (serviceTier, tier) => {
    const upstream = await startScriptedUpstream(geminiWire(SECRET));
    const address = { baseUrl: `${upstream.origin}/v1beta`, keys: [SECRET], keyEnv: "GEMINI_API_KEY" };
    const provider = await createGemini({ ...TERMS, ...address, name: "gemini" });
    const counts = { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12, serviceTier };
    const shown = { path: "/v1beta/models/gemini-3.5-flash:generateContent" } as WireRequest;
    upstream.play(geminiAnswer(shown, [{ text: "Yes." }], counts));
    const { events } = await ask(provider, questionFor("gemini-3.5-flash", stream));
    const usage = events.find((event) => event.type === "usage");
    expect(usage?.type === "usage" ? usage.usage.tier : null).toBe(tier);
    await provider.close();
    await upstream.close();
  });
});
