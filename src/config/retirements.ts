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
    const vendor = input.kind === "vertex" ? "gemini" : input.kind;
    return Object.keys(input.models).flatMap((model) => {
      const day = modelIn(catalogue, vendor, model)?.retires ?? null;
      return day === null ? [] : [{ provider, model, day }];
    });
  });
  return found.toSorted((a, b) => a.day.localeCompare(b.day));
}

/** How long before a model retires it is told of, in days. */
const NOTICE_DAYS = 120;
const MS_PER_DAY = 86_400_000;

/** Sentences on the models that retire soon or have retired. `nowMs` is epoch milliseconds. */
export function retirementWarnings(retirements: readonly Retirement[], nowMs: number): readonly string[] {
  return retirements.flatMap(({ provider, model, day }) => {
    const days = Math.ceil((Date.parse(day) - nowMs) / MS_PER_DAY);
    if (days > NOTICE_DAYS) return [];
    const when =
      days <= 0
        ? `has retired on ${day} and may answer no more`
        : `retires on ${day}, in ${days} ${days === 1 ? "day" : "days"}`;
    return [`${provider}/${model} ${when}, by the catalogue. Roll out another model in time.`];
  });
}
