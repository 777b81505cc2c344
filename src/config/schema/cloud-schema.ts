import * as z from "zod";
import { number, text } from "./leaf.ts";
import { baseUrlLeaf, envNameLeaf, keyEnvsLeaf } from "./provider-leaf.ts";
import { allowPrivate, breaker, keyEnvMeaning, modelSchema, modelsOf, ownModelSchema } from "./provider-part-schema.ts";

const baseUrl = (whose: string) =>
  baseUrlLeaf()
    .optional()
    .meta({ description: `Another address than ${whose}, for a proxy or a private endpoint.` });

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

const region = text({ what: "the name of an AWS region such as eu-central-1", max: 32, pattern: REGION }).meta({
  description: "AWS region, for example `eu-central-1`.",
});

/** Where AWS credentials come from; the usual variables unless named otherwise. */
const awsKeys = {
  access_key_env: envNameLeaf()
    .prefault("AWS_ACCESS_KEY_ID")
    .meta({ description: "Name of the environment variable that holds the id of the access key." }),
  secret_key_env: envNameLeaf()
    .prefault("AWS_SECRET_ACCESS_KEY")
    .meta({ description: "Name of the environment variable that holds the secret access key." }),
  session_token_env: envNameLeaf().prefault("AWS_SESSION_TOKEN").meta({
    description: "Name of the environment variable that holds the session token; it may be unset.",
  }),
};

/** Google Gemini by API key. */
export const geminiSchema = z
  .strictObject({
    kind: z.literal("gemini").meta({ description: "Google's Gemini API. Needs the package `@ai-sdk/google`." }),
    base_url: baseUrl("Google's"),
    key_env: keyEnvsLeaf().prefault("GEMINI_API_KEY").meta(keyEnvMeaning("")),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(modelSchema),
  })
  .meta({ title: "gemini" });

/** Gemini and Claude on Google Cloud, by service account. */
export const vertexSchema = z
  .strictObject({
    kind: z.literal("vertex").meta({
      description:
        "Gemini and Claude models on Google Cloud's Vertex AI. Gemini's need the package `@ai-sdk/google`; ids that begin with `claude` are asked on Anthropic's wire.",
    }),
    project: text({
      what: "the id of a Google Cloud project",
      max: 64,
      pattern: /^[a-z0-9][a-z0-9.:-]{2,63}$/,
    }).meta({ description: "Id of the Google Cloud project." }),
    location: text({ what: "a location such as europe-west4 or global", max: 32, pattern: /^[a-z0-9-]{2,32}$/ }).meta({
      description: "Location of the models, for example `europe-west4`, a multi-region (`us`, `eu`), or `global`.",
    }),
    credentials_env: envNameLeaf().prefault("GOOGLE_APPLICATION_CREDENTIALS").meta({
      description:
        "Name of the environment variable that holds the path of a service account's key file, or the file's JSON itself.",
    }),
    base_url: baseUrl("Google's for the location"),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(modelSchema),
  })
  .meta({ title: "vertex" });

/** AWS Bedrock's Converse API. */
export const bedrockSchema = z
  .strictObject({
    kind: z.literal("bedrock").meta({
      description: "AWS Bedrock's Converse API. Needs the package `@ai-sdk/amazon-bedrock`.",
    }),
    region,
    key_env: keyEnvsLeaf()
      .optional()
      .meta(keyEnvMeaning("A Bedrock API key; without it, requests are signed with the AWS credentials.")),
    ...awsKeys,
    base_url: baseUrl("that of the region"),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(modelSchema),
  })
  .meta({ title: "bedrock" });

/** Cohere's chat API. */
export const cohereSchema = z
  .strictObject({
    kind: z.literal("cohere").meta({ description: "Cohere's chat API. Needs the package `@ai-sdk/cohere`." }),
    base_url: baseUrl("Cohere's"),
    key_env: keyEnvsLeaf().prefault("COHERE_API_KEY").meta(keyEnvMeaning("")),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(modelSchema),
  })
  .meta({ title: "cohere" });

/** SageMaker endpoints whose container speaks the OpenAI wire. */
export const sagemakerSchema = z
  .strictObject({
    kind: z.literal("sagemaker").meta({
      description:
        "SageMaker endpoints whose container speaks the OpenAI wire (vLLM, TGI, LMI). The models are the names of your endpoints.",
    }),
    region,
    ...awsKeys,
    base_url: baseUrl("that of the region"),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(ownModelSchema),
  })
  .meta({ title: "sagemaker" });

const MAX_CONTEXT = 10_000_000;

const ggufModel = ownModelSchema.extend({
  file: text({ what: "the path of a GGUF file", max: 1_000, pattern: /\.gguf$/ }).meta({
    description: "Path of the GGUF file on the server.",
  }),
  context: number({ min: 128, max: MAX_CONTEXT, integer: true })
    .optional()
    .meta({ preset: 4_096, description: "Tokens of context kept in memory for each call under way." }),
});

/** A model in a process of Rollward's own. */
export const localGgufSchema = z
  .strictObject({
    kind: z.literal("local-gguf").meta({
      description:
        "A GGUF model that Rollward runs itself, in a process beside the server. Needs the package `node-llama-cpp`.",
    }),
    parallel: number({ min: 1, max: 64, integer: true }).optional().meta({
      preset: 1,
      description: "Calls that a model answers at the same time; further ones wait in line.",
    }),
    threads: number({ min: 0, max: 1_024, integer: true }).optional().meta({
      preset: 0,
      description: "Threads per model; 0 is one less than there are processors.",
    }),
    breaker,
    models: modelsOf(ggufModel),
  })
  .meta({ title: "local-gguf" });
