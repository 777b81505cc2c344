import { catalogueName } from "./compare-catalogues.ts";
import { catalogueSchema } from "./schema.ts";
import type { Catalogue, CatalogueModel, CatalogueSource } from "./schema.ts";

/** Largest catalogue as text, characters. */
export const MAX_CATALOGUE_LENGTH = 256 * 1_024;

/** Mistakes that are told. */
const MOST_TOLD = 3;

/** A catalogue from its JSON text, or what is wrong with it in one sentence. Never throws. */
export function readCatalogue(text: string): { readonly catalogue: Catalogue } | { readonly reason: string } {
  if (text.length > MAX_CATALOGUE_LENGTH) return { reason: `it has more than ${MAX_CATALOGUE_LENGTH} characters` };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { reason: "it is not JSON" };
  }
  const parsed = catalogueSchema.safeParse(data);
  if (parsed.success) return { catalogue: parsed.data };
  const told = parsed.error.issues.slice(0, MOST_TOLD).map(({ path, message }) => `${path.join(".")}: ${message}`);
  return { reason: told.join("; ") };
}

/** The model of a vendor by its pinned id, with what it takes from its maker's entry; `null` when it is not there. */
export function modelIn(catalogue: Catalogue, vendor: string, id: string): CatalogueModel | null {
  const model = catalogue.models.find((one) => one.vendor === vendor && one.id === id);
  return model === undefined ? null : wholeModel(catalogue, model);
}

/** A model with the sizes and modalities of its maker's entry where it has none of its own, and the sources of these. */
export function wholeModel({ models }: Catalogue, model: CatalogueModel): CatalogueModel {
  const maker = model.of === undefined ? undefined : models.find((one) => catalogueName(one) === model.of);
  if (maker === undefined) return model;
  return {
    ...model,
    context: model.context ?? maker.context,
    max_output: model.max_output ?? maker.max_output,
    input: model.input ?? maker.input,
    output: model.output ?? maker.output,
    sources: [...model.sources, ...maker.sources.flatMap(ofTheMaker)],
  };
}

/** What a source of the maker's entry says that holds wherever the model is sold. */
function ofTheMaker(source: CatalogueSource): readonly CatalogueSource[] {
  const facts = source.facts.filter((fact) => fact === "context" || fact === "output" || fact === "modalities");
  return facts.length === 0 ? [] : [{ ...source, facts }];
}
