import { targetsOf } from "./fault-policy.ts";
import type { ReleaseContent } from "./release.ts";

/** A model whose vendor has named the day from which it may no longer answer. */
export interface RetiringModel {
  readonly provider: string;
  readonly model: string;
  /** `2027-01-15`. */
  readonly day: string;
}

/** A release and where it stands. */
export interface Standing {
  /** `support-bot@7`. */
  readonly release: string;
  readonly content: Pick<ReleaseContent, "models" | "policies">;
  /** `stable in production`; `null` when it serves nowhere. */
  readonly where: string | null;
}

/** A retiring model and the releases that may ask it. */
export interface RetiringUse extends RetiringModel {
  /** Full days left; 0 or less when the day has come. */
  readonly days: number;
  readonly usedBy: readonly { readonly release: string; readonly where: string | null }[];
}

/** How long before a model retires it is told of, in days. */
export const NOTICE_DAYS = 120;
const MS_PER_DAY = 86_400_000;

/** Releases named in a sentence. */
const MOST_NAMED = 5;

/** The models that retire soon, or have retired, with the given releases that may ask them. `nowMs` is epoch milliseconds. */
export function retiringUses(
  models: readonly RetiringModel[],
  standings: readonly Standing[],
  nowMs: number,
): readonly RetiringUse[] {
  return models.flatMap((retiring) => {
    const days = Math.ceil((Date.parse(retiring.day) - nowMs) / MS_PER_DAY);
    if (days > NOTICE_DAYS) return [];
    const usedBy = standings
      .filter(({ content }) =>
        targetsOf(content).some(({ provider, model }) => provider === retiring.provider && model === retiring.model),
      )
      .map(({ release, where }) => ({ release, where }));
    return [{ ...retiring, days, usedBy }];
  });
}

/** `openai/gpt-x retires on 2027-01-15, in 55 days, by the catalogue: used by support-bot@7 (stable in production).` */
export function retiringWords({ provider, model, day, days, usedBy }: RetiringUse): string {
  const when =
    days <= 0
      ? `has retired on ${day} and may answer no more`
      : `retires on ${day}, in ${days} ${days === 1 ? "day" : "days"}`;
  const named = usedBy
    .slice(0, MOST_NAMED)
    .map(({ release, where }) => (where === null ? release : `${release} (${where})`));
  const rest = usedBy.length - named.length;
  const users = named.length === 0 ? "." : `: used by ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
  return `${provider}/${model} ${when}, by the catalogue${users}`;
}
