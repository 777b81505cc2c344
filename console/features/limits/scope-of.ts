import type { z } from "zod";
import type { limitView } from "../../../src/contract/meters.ts";

type Limit = z.output<typeof limitView>;

/** Whom a limit counts apart, and whom it is for: "each key of tenants acme, globex". */
export function scopeOf({ per, only }: Limit): string {
  const named = Object.entries(only).flatMap(([kind, names]) =>
    names === undefined || names.length === 0 ? [] : [`${kind} ${names.join(", ")}`],
  );
  const whom = per === "environment" ? "the whole environment" : `each ${per}`;
  return named.length === 0 ? whom : `${whom}, only ${named.join("; ")}`;
}
