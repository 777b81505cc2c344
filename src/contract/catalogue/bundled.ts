import models from "./models.json" with { type: "json" };
import { catalogueSchema } from "./schema.ts";
import type { Catalogue } from "./schema.ts";

/** The catalogue that comes with this version of Rollward. */
export const BUNDLED_CATALOGUE: Catalogue = catalogueSchema.parse(models);
