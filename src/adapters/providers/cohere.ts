import type { CanonicalMessage, CanonicalRequest } from "../../domain/call/canonical.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import type { JsonObject } from "../../domain/json.ts";
import { isObject } from "../../domain/object-in.ts";
import { parseExactJson } from "../../kit/exact-json.ts";
import { createAiSdkBridge } from "./ai-sdk-bridge.ts";
import { PLAIN_PARTS, untranslatable } from "./ai-sdk-bridge/vendor-parts.ts";
import type { VendorParts } from "./ai-sdk-bridge/vendor-parts.ts";
import { cohereEmbeddings } from "./embeddings/cohere-embeddings.ts";
import { loadPackage } from "./load-package.ts";
import { providerAddress } from "./provider-address.ts";
import type { KeyedVendorTerms } from "./vendor-terms.ts";

/** Named here, because the SDK would otherwise look into the environment. */
const BASE_URL = "https://api.cohere.com/v2";

const PARTS: VendorParts = {
  ...PLAIN_PARTS,
  settings: new Set(["reasoningTokens", "strictSchema", "strictTools"]),
  thoughtIn: planIn,
};

/** What a model says that it is about to do, for which the SDK has no part: in `message` of an answer, or in `delta.message` of an event. */
function planIn(raw: unknown): string | null {
  if (!isRecord(raw)) return null;
  const from = raw["type"] === "tool-plan-delta" ? raw["delta"] : raw;
  const message = isRecord(from) ? from["message"] : null;
  const plan = isRecord(message) ? message["tool_plan"] : null;
  return typeof plan === "string" ? plan : null;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/**
 * Cohere's chat API (`/v2/chat`) through the Vercel AI SDK, which is loaded only when this is called. Throws
 * `invalid_request` when the settings cannot be used or the package is absent.
 */
export async function createCohere(terms: KeyedVendorTerms): Promise<ConversingProvider> {
  const { name, keys } = terms;
  const url = providerAddress(name, terms.baseUrl ?? BASE_URL);
  const sdk = await loadPackage(name, "@ai-sdk/cohere", () => import("@ai-sdk/cohere"));
  return createAiSdkBridge({
    ...terms,
    origin: url.origin,
    secrets: keys,
    keys: keys.length,
    parts: PARTS,
    embeddings: cohereEmbeddings({ provider: name, base: url.pathname, keys }),
    model: (id, fetch, key) => sdk.createCohere({ baseURL: url.href, apiKey: keys[key] ?? "", fetch })(id),
    asked(request) {
      refuseLooseTools(request, name);
      return request;
    },
    rewritten: cohereBody,
    options: ({ reasoningTokens: budget }) =>
      budget === null
        ? {}
        : {
            cohere: { thinking: budget === 0 ? { type: "disabled" } : { type: "enabled", tokenBudget: budget } },
          },
  });
}

const asksForStrictTools = ({ tools }: CanonicalRequest): boolean => tools.some(({ strict }) => strict === true);

/** Strict tools are all or none there, and each of them must demand something. */
function refuseLooseTools(request: CanonicalRequest, provider: string): void {
  if (!asksForStrictTools(request)) return;
  for (const { parameters } of request.tools) {
    const { required } = parameters;
    if (!Array.isArray(required) || required.length === 0)
      throw untranslatable("tools.function.strict (a tool without required parameters)", provider);
  }
}

/**
 * The SDK has no word for strict tools, and leaves out what the model said beside its calls. The API has a place for
 * both: `strict_tools`, and `tool_plan` of the message, which is where its own models say what they are about to do.
 */
function cohereBody(text: string, request: CanonicalRequest): string {
  const plans = request.messages.map(planOf);
  const strict = asksForStrictTools(request);
  if (!strict && plans.every((plan) => plan === "")) return text;
  const body = parseExactJson(text) as JsonObject;
  const { messages } = body;
  // One message of the API for each of the call; anything else would put words into the wrong mouth.
  if (!Array.isArray(messages) || messages.length !== plans.length) throw new Error("Messages were added or lost.");
  const told = messages.map((message, index) => {
    const plan = plans[index] ?? "";
    return plan === "" || !isObject(message) ? message : { ...message, tool_plan: plan };
  });
  return JSON.stringify({ ...body, messages: told, ...(strict && { strict_tools: true }) });
}

/** What an assistant says beside tool calls. */
function planOf(message: CanonicalMessage): string {
  if (message.role !== "assistant" || !message.content.some(({ type }) => type === "tool-call")) return "";
  return message.content.map((part) => (part.type === "text" || part.type === "refusal" ? part.text : "")).join("");
}
