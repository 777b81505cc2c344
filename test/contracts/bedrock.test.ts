import { describe } from "vitest";
import { createBedrock } from "../../src/adapters/providers/aws/bedrock.ts";
import type { BedrockTerms } from "../../src/adapters/providers/aws/bedrock.ts";
import { bedrockWire } from "../fixtures/bedrock-upstream.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { vendorOpener } from "./vendor-subject.ts";

const SECRET = "a-secret-access-key-of-the-test";
const MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0";

/** What providers of the test share. */
const TERMS: Omit<BedrockTerms, "baseUrl"> = {
  name: "bedrock",
  region: "eu-central-1",
  prices: new Map(),
  answerBytes: 64 * 1024 * 1024,
  breaker: null,
  allowPrivate: false,
  keys: [],
  keyEnv: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: null },
  clock: new HandClock(),
};

describe("the provider bedrock", () => {
  const open = vendorOpener({
    model: MODEL,
    secret: SECRET,
    wire: bedrockWire(SECRET),
    provider: (origin) => createBedrock({ ...TERMS, baseUrl: origin }),
  });
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);
});
