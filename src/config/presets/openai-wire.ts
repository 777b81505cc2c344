/** What is known of a vendor that speaks the OpenAI wire, so that nobody has to look it up. */
export interface OpenAiWireVendor {
  readonly title: string;
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** The variable its key is usually in; `null` when it takes none by default. */
  readonly keyEnv: string | null;
  /** Whether it takes `stream_options.include_usage`. */
  readonly streamUsage: boolean;
  /** Fields of a chat completion that it refuses or leaves out of account, by its own documentation. */
  readonly unknown: readonly string[];
}

/** Vendors that sell answers. Sources: the API reference of each, as of 2026-11. */
export const HOSTED_VENDORS = {
  openai: {
    title: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    keyEnv: "OPENAI_API_KEY",
    streamUsage: true,
    unknown: ["top_k"],
  },
  groq: {
    title: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    keyEnv: "GROQ_API_KEY",
    streamUsage: true,
    unknown: ["logit_bias", "logprobs", "top_logprobs", "frequency_penalty", "presence_penalty", "store"],
  },
  together: {
    title: "Together",
    baseUrl: "https://api.together.xyz/v1",
    keyEnv: "TOGETHER_API_KEY",
    streamUsage: true,
    unknown: ["service_tier", "store", "verbosity"],
  },
  fireworks: {
    title: "Fireworks",
    baseUrl: "https://api.fireworks.ai/inference/v1",
    keyEnv: "FIREWORKS_API_KEY",
    streamUsage: true,
    unknown: ["store", "verbosity"],
  },
  deepseek: {
    title: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    keyEnv: "DEEPSEEK_API_KEY",
    streamUsage: true,
    unknown: ["logit_bias", "n", "parallel_tool_calls", "seed", "service_tier", "store", "verbosity"],
  },
  xai: {
    title: "xAI",
    baseUrl: "https://api.x.ai/v1",
    keyEnv: "XAI_API_KEY",
    streamUsage: true,
    unknown: ["logit_bias", "service_tier", "store", "verbosity"],
  },
  openrouter: {
    title: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    keyEnv: "OPENROUTER_API_KEY",
    streamUsage: true,
    unknown: ["store"],
  },
  mistral: {
    title: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    keyEnv: "MISTRAL_API_KEY",
    // It reports the usage of every stream unasked and refuses fields that it does not know.
    streamUsage: false,
    unknown: [
      "logit_bias",
      "logprobs",
      "max_completion_tokens",
      "seed",
      "service_tier",
      "store",
      "top_logprobs",
      "user",
      "verbosity",
    ],
  },
} as const satisfies Readonly<Record<string, OpenAiWireVendor>>;

/** Servers for hardware of one's own, at the address where each listens when nothing else is said. */
export const OWN_SERVERS = {
  ollama: {
    title: "Ollama",
    baseUrl: "http://localhost:11434/v1",
    keyEnv: null,
    streamUsage: true,
    unknown: ["logit_bias", "n", "parallel_tool_calls", "service_tier", "store", "tool_choice", "user", "verbosity"],
  },
  vllm: {
    title: "vLLM",
    baseUrl: "http://localhost:8000/v1",
    keyEnv: null,
    streamUsage: true,
    unknown: ["service_tier", "store", "verbosity"],
  },
  "llama-cpp": {
    title: "llama.cpp's server",
    baseUrl: "http://localhost:8080/v1",
    keyEnv: null,
    streamUsage: true,
    unknown: ["service_tier", "store", "user", "verbosity"],
  },
  "lm-studio": {
    title: "LM Studio",
    baseUrl: "http://localhost:1234/v1",
    keyEnv: null,
    streamUsage: true,
    unknown: ["n", "parallel_tool_calls", "service_tier", "store", "user", "verbosity"],
  },
} as const satisfies Readonly<Record<string, OpenAiWireVendor>>;

/** Azure has an address per customer; the key goes in `api-key`. */
export const AZURE_OPENAI = {
  title: "Azure OpenAI",
  keyEnv: "AZURE_OPENAI_API_KEY",
  streamUsage: true,
  unknown: ["service_tier", "top_k"],
} as const satisfies Omit<OpenAiWireVendor, "baseUrl">;

/** A vendor that sells answers. */
export type HostedVendor = keyof typeof HOSTED_VENDORS;

/** A server for one's own hardware. */
export type OwnServer = keyof typeof OWN_SERVERS;

/** Their names, for a schema. */
export const HOSTED_KINDS = Object.keys(HOSTED_VENDORS) as [HostedVendor, ...HostedVendor[]];

/** Their names, for a schema. */
export const OWN_KINDS = Object.keys(OWN_SERVERS) as [OwnServer, ...OwnServer[]];

const UNKNOWN_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({ ...HOSTED_VENDORS, ...OWN_SERVERS, "azure-openai": AZURE_OPENAI }).map(([kind, { unknown }]) => [
    kind,
    unknown,
  ]),
);

/** The fields that a kind of provider does not know; none for a kind without a preset. */
export const unknownFieldsOf = (kind: string): readonly string[] => UNKNOWN_FIELDS.get(kind) ?? [];
