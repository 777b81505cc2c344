import { catalogueName } from "../contract/catalogue/compare-catalogues.ts";
import { wholeModel } from "../contract/catalogue/read-catalogue.ts";
import type { CatalogueModel, CataloguePrice } from "../contract/catalogue/schema.ts";
import { CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { catalogueIn, updateCatalogue } from "./update-catalogue.ts";
import type { CatalogueUpdate } from "./update-catalogue.ts";

/** Where a project keeps its catalogue when nothing else is said. */
const DEFAULT_FILE = "catalogue.json";

/** Names of models that are written out; the rest is counted. */
const MOST_NAMED = 20;

/** `rollward catalogue list|show|update`. It needs no server. */
export const catalogue: AddCommand = (program, line) => {
  const group = program.command("catalogue").description("what is known of models: sizes, prices, retirements");
  group
    .command("list")
    .description("all models with their prices in USD per million tokens")
    .option("--file <file>", "a catalogue of your own instead of the one that comes with Rollward")
    .option("--vendor <kind>", "only this kind of provider, for example openai")
    .action(async ({ file, vendor }: { file?: string; vendor?: string }) => {
      const known = await catalogueIn(file ?? null);
      const { version, models } = known;
      const shown = models
        .filter((model) => vendor === undefined || model.vendor === vendor)
        .map((model) => wholeModel(known, model));
      if (line.json()) return line.say(JSON.stringify({ version, models: shown }));
      const heading = ["model", "context", "input", "cached", "output", "retires"];
      line.say(`catalogue ${version}\n\n${formatTable([heading, ...shown.map(rowOf)])}`);
    });
  group
    .command("show <model>")
    .description("all that is known of one model, with the sources, for example openai/gpt-5-2025-08-07")
    .option("--file <file>", "a catalogue of your own instead of the one that comes with Rollward")
    .action(async (name: string, { file }: { file?: string }) => {
      const known = await catalogueIn(file ?? null);
      const { version, models } = known;
      const model = models.find((one) => catalogueName(one) === name);
      if (model === undefined)
        throw new CliError(`The catalogue ${version} has no model ${name}.`, "`rollward catalogue list` shows them.");
      line.say(JSON.stringify({ catalogue: version, ...wholeModel(known, model) }, null, line.json() ? 0 : 2));
    });
  group
    .command("update")
    .description("writes a checked catalogue into the project and keeps the one before")
    .option("--from <source>", "a file or an https address; default: the catalogue that comes with Rollward")
    .option("--to <file>", "where the project keeps it", DEFAULT_FILE)
    .action(async ({ from, to }: { from?: string; to: string }) => {
      const update = await updateCatalogue({ from: from ?? null, to });
      line.say(line.json() ? JSON.stringify(update) : textOf(update, to));
    });
};

const UNKNOWN = "-";

function rowOf(model: CatalogueModel): string[] {
  const price = model.prices?.standard;
  return [
    catalogueName(model),
    model.context === null ? UNKNOWN : String(model.context),
    withSteps(price, "input"),
    withSteps(price, "cached_input"),
    withSteps(price, "output"),
    model.retires ?? UNKNOWN,
  ];
}

/** A price, and after it those of long prompts: `1.25, above 200000: 2.5`. */
function withSteps(price: CataloguePrice | undefined, kind: "input" | "cached_input" | "output"): string {
  const steps = (price?.steps ?? []).flatMap((step) =>
    step[kind] === undefined ? [] : `above ${step.above}: ${step[kind]}`,
  );
  return [price?.[kind] ?? UNKNOWN, ...steps].join(", ");
}

function textOf({ version, before, changes, kept }: CatalogueUpdate, to: string): string {
  const lines = [
    `${to}: ${before === null ? "" : `${before} → `}${version}`,
    ...[
      ["new", changes.added],
      ["other price", changes.repriced],
      ["gone", changes.removed],
    ].map(([word, names]) => `  ${String(word)}: ${named(names as readonly string[])}`),
  ];
  if (kept !== null)
    return [...lines, `The one before is kept as ${kept}.`, "`rollward apply` puts it into force."].join("\n");
  return [...lines, `Write \`catalogue: ${to}\` into rollward.yaml to take prices from it.`].join("\n");
}

function named(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
