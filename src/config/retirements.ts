import type { Catalogue } from "../contract/catalogue/schema.ts";
import { modelIn } from "../contract/catalogue/read-catalogue.ts";
import type { ProviderInput } from "./schema/provider-schema.ts";

/** A model in use whose vendor has named the day from which it may no longer answer. */
export interface Retirement {
  readonly provider: string;
  readonly model: string;
  /** `2026-12-31`. */
  readonly day: string;
}

/** The declared models that retire, soonest first; whether that day is near is for the reader to judge. */
export function retirementsOf(
  providers: Readonly<Record<string, ProviderInput>>,
  catalogue: Catalogue,
): readonly Retirement[] {
  const found = Object.entries(providers).flatMap(([provider, input]) => {
    if (input.kind === "pool") return [];
    return Object.keys(input.models).flatMap((model) => {
      const deployed = input.kind === "azure-openai" ? input.models[model]?.model : undefined;
      const day = modelIn(catalogue, input.kind, deployed ?? model)?.retires ?? null;
      return day === null ? [] : [{ provider, model, day }];
    });
  });
  return found.toSorted((a, b) => a.day.localeCompare(b.day));
}
