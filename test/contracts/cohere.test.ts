import { describe } from "vitest";
import { createCohere } from "../../src/adapters/providers/cohere.ts";
import { cohereWire } from "../fixtures/cohere-upstream.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { vendorOpener } from "./vendor-subject.ts";

const SECRET = "co-a-secret-of-the-test";

/** What providers of the test share. */
const TERMS = { prices: new Map(), answerBytes: 64 * 1024 * 1024, breaker: null, allowPrivate: false };

describe("the provider cohere", () => {
  const open = vendorOpener({
    model: "command-a-03-2025",
    secret: SECRET,
    wire: cohereWire(SECRET),
    provider: (origin) =>
      createCohere({ ...TERMS, name: "cohere", baseUrl: `${origin}/v2`, keys: [SECRET], keyEnv: "COHERE_API_KEY" }),
  });
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);
});
