import type { Catalogue } from "../../contract/catalogue/schema.ts";
import type {
  BedrockSettings,
  CohereSettings,
  GeminiSettings,
  LocalGgufSettings,
  SageMakerSettings,
  VertexSettings,
} from "../project.ts";
import type { ProviderInput } from "../schema/provider-schema.ts";
import { breakerOf, mayBePrivate } from "./build-open-ai-wire.ts";
import { pricedModels } from "./build-price.ts";

type Kind = "gemini" | "vertex" | "bedrock" | "cohere" | "sagemaker";

/** A provider of a larger vendor as read. */
export type CloudInput = Extract<ProviderInput, { readonly kind: Kind }>;

/** Settings of such a provider. */
export type CloudSettings = GeminiSettings | VertexSettings | BedrockSettings | CohereSettings | SageMakerSettings;

/** Tokens of context of a local model that names none. */
const DEFAULT_CONTEXT = 4_096;

/** A provider of a larger vendor without mistakes. */
export function buildCloud(name: string, input: CloudInput, catalogue: Catalogue): CloudSettings {
  const baseUrl = input.base_url ?? null;
  const shared = {
    name,
    baseUrl,
    breaker: breakerOf(input.breaker),
    models: pricedModels(input.models, { kind: input.kind, catalogue }),
    allowPrivate: mayBePrivate(input.allow_private, baseUrl),
  };
  if (input.kind === "gemini" || input.kind === "cohere")
    return { ...shared, kind: input.kind, keyEnvs: input.key_env };
  if (input.kind === "vertex") {
    const { kind, project, location, credentials_env: credentialsEnv } = input;
    return { ...shared, kind, project, location, credentialsEnv };
  }
  const aws = {
    region: input.region,
    accessKeyEnv: input.access_key_env,
    secretKeyEnv: input.secret_key_env,
    sessionTokenEnv: input.session_token_env,
  };
  if (input.kind === "sagemaker") return { ...shared, ...aws, kind: input.kind };
  return { ...shared, ...aws, kind: input.kind, keyEnvs: input.key_env ?? [] };
}

/** Local models without mistakes. */
export function buildLocalGguf(
  name: string,
  input: Extract<ProviderInput, { readonly kind: "local-gguf" }>,
  catalogue: Catalogue,
): LocalGgufSettings {
  const prices = pricedModels(input.models, { kind: input.kind, catalogue });
  const models = [...prices].map(
    ([id, model]) =>
      [
        id,
        {
          ...model,
          file: input.models[id]?.file ?? "",
          contextTokens: input.models[id]?.context ?? DEFAULT_CONTEXT,
        },
      ] as const,
  );
  return {
    kind: input.kind,
    name,
    breaker: breakerOf(input.breaker),
    models: new Map(models),
    parallel: input.parallel ?? 1,
    threads: input.threads ?? 0,
  };
}
