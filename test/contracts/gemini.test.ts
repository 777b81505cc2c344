import { describe } from "vitest";
import { createGemini } from "../../src/adapters/providers/gemini.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
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
