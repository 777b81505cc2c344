import type { JsonSchema } from "../src/config/json-schema.ts";

/** A section of rollward.yaml with its own heading: what its path is, and its title. */
export interface Heading {
  readonly path: string;
  readonly title: string;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly preset: string;
  readonly meaning: string;
}

interface Table {
  readonly title: string;
  readonly path: string;
  readonly description: string;
  readonly rows: Row[];
}

const code = (text: string): string => `\`${text}\``;

const isSection = (schema: JsonSchema): boolean => schema.properties !== undefined;

const optionsOf = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? schema.oneOf ?? [];

/** The type of a value in words. */
function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace("#/definitions/", "");
  if (schema.const !== undefined) return code(JSON.stringify(schema.const).replaceAll('"', ""));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.$comment !== undefined) return schema.$comment;
  if (optionsOf(schema).length > 0) {
    return [...new Set(optionsOf(schema).map(typeOf))].filter((type) => type !== "null").join(" or ");
  }
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === "object") return "section";
  if (schema.type === "boolean") return `${code("true")}, ${code("false")}`;
  if (schema.type === "integer") return "whole number";
  return { string: "text", number: "number" }[String(schema.type)] ?? "any value";
}

function presetOf(schema: JsonSchema, isRequired: boolean): string {
  const { default: preset } = schema;
  if (Array.isArray(preset)) return code(`[${preset.join(", ")}]`);
  if (preset !== undefined && typeof preset !== "object") return code(JSON.stringify(preset).replaceAll('"', ""));
  return isRequired ? "required" : "";
}

/** Collects the tables below one heading, in the order of the schema. */
class Reference {
  readonly tables: Table[] = [];
  readonly #headings: ReadonlyMap<string, string>;

  constructor(headings: readonly Heading[]) {
    this.#headings = new Map(headings.map(({ path, title }) => [path, title]));
  }

  open(path: string, schema: JsonSchema, title: string): Table {
    const table: Table = { title, path, description: schema.description ?? "", rows: [] };
    this.tables.push(table);
    return table;
  }

  /** Adds the keys of a section to a table; a section with a heading of its own gets its own table. */
  walk(table: Table, path: string, schema: JsonSchema): void {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      const childPath = path === "" ? key : `${path}.${key}`;
      const isRequired = schema.required?.includes(key) === true && child.default === undefined;
      table.rows.push({
        path: childPath,
        type: typeOf(child),
        preset: presetOf(child, isRequired),
        meaning: child.description ?? "",
      });
      this.#inside(table, childPath, child);
    }
  }

  #inside(table: Table, path: string, schema: JsonSchema): void {
    const title = this.#headings.get(path);
    if (isSection(schema)) {
      this.walk(title === undefined ? table : this.open(path, schema, title), path, schema);
    } else if (typeof schema.additionalProperties === "object") {
      this.#entries(table, `${path}.<${singular(path)}>`, schema.additionalProperties);
    } else if (schema.type === "array" && schema.items !== undefined) {
      this.#inside(table, `${path}[]`, schema.items);
    } else {
      for (const option of optionsOf(schema).filter(isSection)) this.walk(table, path, option);
    }
  }

  /** The entries of a map with names of the user's choice. */
  #entries(table: Table, path: string, schema: JsonSchema): void {
    const title = this.#headings.get(path);
    const options = optionsOf(schema).filter(isSection);
    if (options.length > 0 && title !== undefined) {
      for (const option of options)
        this.walk(this.open(path, option, `${title} ${code(option.title ?? "")}`), path, option);
    } else if (isSection(schema)) {
      this.walk(title === undefined ? table : this.open(path, schema, title), path, schema);
    } else this.#inside(table, path, schema);
  }
}

/** The name of one entry of a map: `providers` holds `<name>`, `models` holds `<id>`. */
const singular = (path: string): string => (path.endsWith(".models") ? "id" : "name");

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function tableText({ title, path, description, rows }: Table): string {
  const lines = rows.map(({ path: key, type, preset, meaning }) => {
    const local = path !== "" && key.startsWith(`${path}.`) ? key.slice(path.length + 1) : key;
    return `| ${cell(code(local))} | ${cell(type)} | ${cell(preset)} | ${cell(meaning)} |`;
  });
  return [
    `### ${title}`,
    ...(path === "" ? [] : [`Below ${code(path)}. ${description}`.trim()]),
    ["| key | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n"),
  ].join("\n\n");
}

/** The reference of a schema as Markdown: one table for the whole and one for every heading that occurs. */
export function configReference(schema: JsonSchema, title: string, headings: readonly Heading[]): string {
  const reference = new Reference(headings);
  reference.walk(reference.open("", schema, title), "", schema);
  return reference.tables.map(tableText).join("\n\n");
}
