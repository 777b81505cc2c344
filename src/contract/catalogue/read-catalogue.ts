import { catalogueSchema } from "./schema.ts";
import type { Catalogue, CatalogueModel } from "./schema.ts";

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

/** The model of a vendor by its pinned id; `null` when it is not there. */
export const modelIn = ({ models }: Catalogue, vendor: string, id: string): CatalogueModel | null =>
  models.find((model) => model.vendor === vendor && model.id === id) ?? null;
