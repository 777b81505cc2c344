import * as z from "zod";
import { promptHeaderSchema } from "./content/prompt-file.ts";
import { toolSchema } from "./content/tool-file.ts";
import { configSchema } from "./schema/config-schema.ts";

/** A JSON Schema as plain data, as far as Rollward's own schemas use it. */
export interface JsonSchema {
  /** `#/definitions/<name>`: a schema that stands in the document once, because it holds itself. */
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  /** The type in words, where JSON has none: `duration`, `percentage`. */
  readonly $comment?: string;
}

// Draft 7 is what the YAML support of editors understands.
const toJsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    io: "input",
    target: "draft-07",
    reused: "inline",
    // zod takes the default off every value that is read by a transform, so the schemas call theirs `preset`.
    override: ({ jsonSchema }) => {
      if (!("preset" in jsonSchema)) return;
      Object.assign(jsonSchema, { default: jsonSchema["preset"] });
      delete jsonSchema["preset"];
    },
  }) as JsonSchema;

/** The JSON Schema of rollward.yaml, published for editors. It knows the shape; `loadProject` knows the rest. */
export const configJsonSchema = (): JsonSchema => toJsonSchema(configSchema);

/** The JSON Schema of a prompt file's front matter. */
export const promptJsonSchema = (): JsonSchema => toJsonSchema(promptHeaderSchema);

/** The JSON Schema of a tool file. */
export const toolJsonSchema = (): JsonSchema => toJsonSchema(toolSchema);
