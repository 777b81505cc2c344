import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import { createAiSdkBridge } from "./ai-sdk-bridge.ts";

/** Named here, because the SDK would otherwise look into the environment. */
const BASE_URL = "https://api.anthropic.com/v1";

/** One configured account at Anthropic, or at anyone who speaks the Messages wire. */
export interface AnthropicSettings {
  readonly name: string;
  /** Up to and including `/v1`; `null` for Anthropic's own. */
  readonly baseUrl: string | null;
  /** Sent as `x-api-key` to the origin of `baseUrl` and nowhere else. */
  readonly apiKey: string;
  /** Environment variable the key came from, for the message when the provider refuses it. */
  readonly keyEnv?: string | null;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  /** Largest answer in bytes. Default 64 MiB. */
  readonly answerBytes?: number;
  /** Whether the host name may resolve to a private address. Default: only `localhost`. */
  readonly allowPrivate?: boolean;
}

const DEFAULT_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Anthropic's Messages API through the Vercel AI SDK, which is loaded only when this is called. Throws
 * `invalid_request` when the settings cannot be used.
 */
export async function createAnthropic(settings: AnthropicSettings): Promise<ConversingProvider> {
  const { name, apiKey, prices } = settings;
  const url = addressOf(name, settings.baseUrl ?? BASE_URL);
  const sdk = await import("@ai-sdk/anthropic");
  return createAiSdkBridge({
    name,
    prices,
    origin: url.origin,
    keyEnv: settings.keyEnv ?? null,
    secrets: [apiKey],
    answerBytes: settings.answerBytes ?? DEFAULT_ANSWER_BYTES,
    allowPrivate: settings.allowPrivate ?? false,
    model: (id, fetch) => sdk.createAnthropic({ baseURL: url.href, apiKey, fetch })(id),
    options: anthropicOptions,
  });
}

/**
 * What the common call options cannot say. A strict schema goes to the API's own structured output, which
 * refuses what it cannot guarantee; otherwise the SDK would fall back to a tool call without saying so.
 */
function anthropicOptions({ user, parallelToolCalls, responseFormat }: CanonicalRequest): SharedV4ProviderOptions {
  const isStrict = responseFormat?.type === "json-schema" && responseFormat.strict === true;
  return {
    anthropic: {
      // Fine-grained tool streaming may give arguments that are no JSON; nobody asked for it.
      toolStreaming: false,
      ...(user !== null && { metadata: { userId: user } }),
      ...(parallelToolCalls === false && { disableParallelToolUse: true }),
      ...(isStrict && { structuredOutputMode: "outputFormat" }),
    },
  };
}

function addressOf(name: string, baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (isUsable) return url;
  // The address itself may hold a password, so it is not part of the message.
  const reason = `The base URL of the provider ${name} is not an http or https address without user information.`;
  throw new RollwardError("invalid_request", { reason });
}
