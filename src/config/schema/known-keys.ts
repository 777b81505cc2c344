import * as z from "zod";
import type { Path } from "../source/yaml-places.ts";

/** The schema inside wrappers that do not change the shape. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap();
  }
  return inner;
}

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The option of a union that a value was meant for: by its discriminator, else the section. */
function optionFor(union: z.ZodUnion, value: unknown): z.core.$ZodType | null {
  const options = union.options.map((option) => unwrap(option));
  const sections = options.filter((option): option is z.ZodObject => option instanceof z.ZodObject);
  if (!(union instanceof z.ZodDiscriminatedUnion)) return sections[0] ?? null;
  const { discriminator } = union.def as { readonly discriminator: string };
  const wanted = isSection(value) ? value[discriminator] : undefined;
  return (
    sections.find(
      (option) => option.shape[discriminator] instanceof z.ZodLiteral &&
        option.shape[discriminator].values.has(wanted as z.core.util.Literal),
    ) ?? null
  );
}

function childOf(schema: z.core.$ZodType, segment: string | number): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, segment) ? (schema.shape[segment as string] as z.core.$ZodType) : null;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return null;
}

/** The keys that the section at a path of `value` may have; empty where there is no section. */
export function knownKeys(root: z.core.$ZodType, value: unknown, path: Path): readonly string[] {
  let schema: z.core.$ZodType | null = unwrap(root);
  let here = value;
  for (const segment of [...path, null]) {
    if (schema instanceof z.ZodUnion) schema = optionFor(schema, here);
    if (segment === null || schema === null) break;
    const child = childOf(schema, segment);
    schema = child === null ? null : unwrap(child);
    here =
      typeof here === "object" && here !== null && Object.hasOwn(here, segment)
        ? (here as Record<string | number, unknown>)[segment]
        : undefined;
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
