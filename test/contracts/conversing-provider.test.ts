import { afterEach, describe } from "vitest";
import { createAnthropic } from "../../src/adapters/providers/anthropic.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import type { ConversingProvider } from "../../src/ports/provider.ts";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import type { ConversingSubject } from "./conversing-subject.ts";
import { messagesScenes } from "./messages-scenes.ts";
import { wireAsConversing } from "./wire-as-conversing.ts";

const MODEL = "claude-sonnet-4-5";
const SECRET = "sk-ant-a-secret-of-the-test";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openAnthropic(): Promise<ConversingSubject> {
  const upstream = await startAnthropicUpstream();
  const providerAt = async (baseUrl: string): Promise<ConversingProvider> => {
    const provider = createAnthropic({ name: "anthropic", baseUrl, apiKey: SECRET, prices: new Map() });
    return wireAsConversing(provider, anthropicMessages);
  };
  const provider = await providerAt(upstream.baseUrl);
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return {
    provider,
    model: MODEL,
    secret: SECRET,
    play: (scene) => upstream.script(messagesScenes(SECRET)[scene]),
    nextRequest: () => upstream.nextRequest(),
    providerAt,
  };
}

describe("the provider anthropic", () => {
  answers(openAnthropic);
  faults(openAnthropic);
  aborts(openAnthropic);
  abortsAtAnyTime(openAnthropic);
  pauses(openAnthropic);
});
