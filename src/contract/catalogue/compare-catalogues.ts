import { canonicalJson } from "../../kit/canonical-json.ts";
import type { Catalogue, CatalogueModel } from "./schema.ts";

/** What a catalogue changes against the one before, as `vendor/id`. */
export interface CatalogueChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly repriced: readonly string[];
}

/** The full name of a model: `openai/gpt-5-2025-08-07`. */
export const catalogueName = ({ vendor, id }: Pick<CatalogueModel, "vendor" | "id">): string => `${vendor}/${id}`;

/** What `after` changes against `before`. */
export function compareCatalogues(before: Catalogue, after: Catalogue): CatalogueChanges {
  const old = new Map(before.models.map((model) => [catalogueName(model), model]));
  const young = new Map(after.models.map((model) => [catalogueName(model), model]));
  const pricesOf = (model: CatalogueModel | undefined): string => canonicalJson(model?.prices ?? null);
  const names = [...young.keys()];
  return {
    added: names.filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !young.has(name)),
    repriced: names.filter((name) => old.has(name) && pricesOf(old.get(name)) !== pricesOf(young.get(name))),
  };
}

/** Whether a version is later than another: `2026-11-21.2` is later than `2026-11-21`. */
export function isLater(version: string, other: string): boolean {
  const [day = "", number = "0"] = version.split(".");
  const [otherDay = "", otherNumber = "0"] = other.split(".");
  return day === otherDay ? Number(number) > Number(otherNumber) : day > otherDay;
}
