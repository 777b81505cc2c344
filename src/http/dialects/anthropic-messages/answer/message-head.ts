import type { JsonObject } from "../../../../domain/json.ts";
import type { TokenUsage } from "../../../../domain/money/price.ts";
import { usageBody } from "./usage-of.ts";

const NO_USAGE: TokenUsage = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/** The members of a message that do not depend on what it says. The API demands counts, so unknown ones are 0. */
export const messageHead = (
  callId: string,
  { model, usage }: { readonly model: string | null; readonly usage: TokenUsage | null },
): JsonObject => ({
  id: `msg_${callId}`,
  type: "message",
  role: "assistant",
  model: model ?? "",
  usage: usageBody(usage ?? NO_USAGE),
});
