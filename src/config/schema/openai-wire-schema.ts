import * as z from "zod";
import { AZURE_OPENAI, HOSTED_KINDS, OWN_KINDS } from "../presets/openai-wire.ts";
import { text } from "./leaf.ts";
import { baseUrlLeaf, headersLeaf, keyEnvsLeaf } from "./provider-leaf.ts";
import { allowPrivate, breaker, keyEnvMeaning, modelSchema, modelsOf, ownModelSchema, promptCacheKeyLeaf, speaksLeaf } from "./provider-part-schema.ts";

const headers = headersLeaf().optional().meta({ description: "Sent with every request. Never credentials." });

const streamUsage = z.boolean().optional().meta({
  description: "Whether the provider takes `stream_options.include_usage`. Default: as the vendor's documentation says.",
});

const promptCacheKey = promptCacheKeyLeaf("As the vendor's documentation says: `openai` does.");

/** A vendor that sells answers over the OpenAI wire: only models are needed. */
export const hostedSchema = z
  .strictObject({
    kind: z.literal(HOSTED_KINDS).meta({
      description: "A vendor that speaks the OpenAI wire; its address, its variable and its habits are known.",
    }),
    base_url: baseUrlLeaf()
      .optional()
      .meta({ description: "Address up to and including `/v1`. Default: the vendor's own." }),
    key_env: keyEnvsLeaf()
      .optional()
      .meta(keyEnvMeaning("Default: the vendor's usual one, for example `GROQ_API_KEY`.")),
    breaker,
    allow_private: allowPrivate,
    headers,
    stream_usage: streamUsage,
    prompt_cache_key: promptCacheKey,
    speaks: speaksLeaf("`[chat, responses]` for `openai`, `[chat]` for the others."),
    models: modelsOf(modelSchema),
  })
  .meta({ title: "openai, groq, together, fireworks, deepseek, xai, openrouter, mistral" });

/** A server for one's own hardware: its models cost nothing unless said otherwise. */
export const ownServerSchema = z
  .strictObject({
    kind: z.literal(OWN_KINDS).meta({ description: "A server on your own hardware that speaks the OpenAI wire." }),
    base_url: baseUrlLeaf().optional().meta({
      description:
        "Address up to and including `/v1`. Default: this machine at the server's usual port (ollama 11434, vllm 8000, llama-cpp 8080, lm-studio 1234).",
    }),
    key_env: keyEnvsLeaf().optional().meta(keyEnvMeaning("Without it no key is sent.")),
    breaker,
    allow_private: allowPrivate,
    headers,
    stream_usage: streamUsage,
    prompt_cache_key: promptCacheKey,
    speaks: speaksLeaf("`[chat]`."),
    models: modelsOf(ownModelSchema),
  })
  .meta({ title: "ollama, vllm, llama-cpp, lm-studio" });

/** A deployment at Azure: its name is anybody's, so what it deploys is named beside it. */
const deploymentSchema = modelSchema.extend({
  model: text({ what: "the dated model that is deployed, such as gpt-5-mini-2025-08-07", max: 200 }).optional().meta({
    description:
      "What is deployed: model and version as the catalogue has them, for example `gpt-5-mini-2025-08-07`. Price, sizes and the day it retires are taken from there. Default: the name of the deployment.",
  }),
});

/** Azure OpenAI: an address per customer, deployments for models, and the key in a header of its own. */
export const azureOpenAiSchema = z
  .strictObject({
    kind: z.literal("azure-openai").meta({
      description: "Azure OpenAI. The models are the names of your deployments; the key is sent as `api-key`.",
    }),
    base_url: baseUrlLeaf().meta({ description: "Address of the resource: `https://<name>.openai.azure.com`." }),
    api_version: text({
      what: "a version of the API such as 2024-10-21",
      max: 32,
      pattern: /^\d{4}-\d{2}-\d{2}(?:-preview)?$/,
    })
      .optional()
      .meta({
        description:
          "Version of the deployments API, for example `2024-10-21`. Without it the version 1 API is used, which needs none.",
      }),
    key_env: keyEnvsLeaf().prefault(AZURE_OPENAI.keyEnv).meta(keyEnvMeaning("")),
    breaker,
    allow_private: allowPrivate,
    headers,
    stream_usage: streamUsage,
    prompt_cache_key: promptCacheKey,
    speaks: speaksLeaf("`[chat, responses]`, with `api_version` `[chat]`."),
    models: modelsOf(deploymentSchema),
  })
  .meta({ title: "azure-openai" });
