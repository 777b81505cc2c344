/** Who a provider of the project really is, as far as telemetry tells it. */
export interface ProviderIdentity {
  /** As the project configures it: `openai-compatible`, `anthropic`, … */
  readonly kind: string;
  /** The host that requests go to; `null` where there is none, or where the vendor's own library knows it. */
  readonly host: string | null;
  readonly port: number | null;
}

/** The convention's word for what a dialect asks for; the dialect's own where it has none, which it allows. */
export const operationOf = (dialect: string): string => OPERATIONS[dialect] ?? dialect;

const OPERATIONS: Readonly<Record<string, string>> = {
  "openai-chat": "chat",
  "openai-responses": "chat",
  "anthropic-messages": "chat",
  "openai-completions": "text_completion",
  "openai-embeddings": "embeddings",
  "openai-images": "generate_content",
  "openai-audio": "generate_content",
  "openai-moderations": "moderation",
  "openai-files": "files",
};

/** Providers by a kind of which there is one vendor alone. */
const BY_KIND: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  bedrock: "aws.bedrock",
  cohere: "cohere",
};

/** Vendors by the end of the host that is asked, for wires that many speak. */
const BY_HOST: readonly (readonly [string, string])[] = [
  ["api.openai.com", "openai"],
  [".openai.azure.com", "azure.ai.openai"],
  [".cognitiveservices.azure.com", "azure.ai.openai"],
  [".services.ai.azure.com", "azure.ai.inference"],
  [".inference.ai.azure.com", "azure.ai.inference"],
  ["api.anthropic.com", "anthropic"],
  ["api.deepseek.com", "deepseek"],
  ["api.groq.com", "groq"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.moonshot.ai", "moonshot_ai"],
  ["api.moonshot.cn", "moonshot_ai"],
  ["api.perplexity.ai", "perplexity"],
  ["api.x.ai", "x_ai"],
  ["api.cohere.com", "cohere"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  [".ml.cloud.ibm.com", "ibm.watsonx.ai"],
];

/**
 * The value of `gen_ai.provider.name`: the vendor by the convention's list where its kind or the host that is asked says
 * which, else the provider's name in the project, which the convention allows.
 */
export function providerNameOf(name: string, { kind, host }: Pick<ProviderIdentity, "kind" | "host">): string {
  const known = host === null ? undefined : BY_HOST.find(([end]) => isHost(host, end))?.[1];
  return known ?? (host === null || kind !== "anthropic" ? BY_KIND[kind] : undefined) ?? name;
}

/** Whether a host is this one, or ends with it where it begins with a dot. */
const isHost = (host: string, end: string): boolean => (end.startsWith(".") ? host.endsWith(end) : host === end);

/** Where each dialect is spoken that has one address; the others are told apart by what is asked of them. */
export const ROUTES: Readonly<Record<string, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
  "openai-completions": "/v1/completions",
  "openai-embeddings": "/v1/embeddings",
  "openai-moderations": "/v1/moderations",
};
