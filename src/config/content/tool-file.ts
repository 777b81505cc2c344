import * as z from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { Tool } from "../../domain/release/release.ts";
import { mistakesOf } from "../schema/mistakes-of.ts";
import { Refusal, leaf, text } from "../schema/leaf.ts";
import { readYaml } from "../source/yaml-file.ts";
import type { FileReading } from "./prompt-file.ts";

const jsonSchemaObject = () =>
  leaf<JsonObject>({
    json: { type: "object", additionalProperties: true },
    read: (input) => {
      if (typeof input !== "object" || input === null || Array.isArray(input)) {
        return new Refusal(
          "expected a JSON Schema of an object",
          "write `type: object` and its `properties`; a tool without arguments has `properties: {}`",
        );
      }
      const { type, properties } = input as { readonly type?: unknown; readonly properties?: unknown };
      if (type !== "object") return new Refusal("the arguments of a tool are an object", "write `type: object`");
      if (
        properties !== undefined &&
        (typeof properties !== "object" || properties === null || Array.isArray(properties))
      ) {
        return new Refusal("expected a section", "write each argument with its schema", "properties");
      }
      return input as JsonObject;
    },
  });

/** A tool file. */
export const toolSchema = z.strictObject({
  name: text({
    what: "a name of letters, digits, hyphens and underscores",
    max: 64,
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
  }).meta({ description: "What the model calls it." }),
  description: text({ what: "a text", max: 10_000 }).meta({ description: "Tells the model when to use it." }),
  parameters: jsonSchemaObject().meta({ description: "JSON Schema of the arguments, an object." }),
  strict: z
    .boolean()
    .optional()
    .meta({ description: "Whether the provider must hold the model to the schema. Not sent when left out." }),
});

/** Reads a tool file in YAML or JSON. */
export function readToolFile(file: string, source: string): FileReading<Tool> {
  const yaml = readYaml(file, source);
  if (yaml.value === undefined) return { content: null, mistakes: yaml.mistakes };
  const parsed = toolSchema.safeParse(yaml.value);
  if (!parsed.success)
    return {
      content: null,
      mistakes: [...yaml.mistakes, ...mistakesOf(parsed.error.issues, toolSchema, { file: yaml })],
    };
  if (yaml.mistakes.length > 0) return { content: null, mistakes: yaml.mistakes };
  const { name, description, parameters, strict } = parsed.data;
  return { content: { name, description, parameters, strict: strict ?? null }, mistakes: [] };
}
