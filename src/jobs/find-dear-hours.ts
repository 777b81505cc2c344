import { addSpend } from "../domain/spend/add-spend.ts";
import { attributeSpend } from "../domain/spend/attribute-spend.ts";
import type { SpendChange } from "../domain/spend/attribute-spend.ts";
import { describeChange } from "../domain/spend/describe-change.ts";
import { medianWords } from "../domain/spend/median-words.ts";
import { middleIndex, spendAnomaly, spendBaseline } from "../domain/spend/spend-anomaly.ts";
import type { SpendAnomaly } from "../domain/spend/spend-anomaly.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { ModelSpend, Spend } from "../domain/spend/spend.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { BASELINE_DAYS, spendBetween } from "./look-at-spend.ts";

/** What hours that are too dear are found in. */
export interface DearSources {
  readonly spend: SpendStore;
  /** The tenant of a key; `null` where it has none. */
  readonly tenantOf: (keyId: string) => string | null;
}

/** Hours of a store, with the tenants of keys. */
export const dearSourcesOf = (spend: SpendStore, keys: Pick<KeyRing, "byId">): DearSources => ({
  spend,
  tenantOf: (keyId) => keys.byId(keyId)?.tenant ?? null,
});

/** Whose hours are looked at. */
export interface DearSubject {
  readonly type: "endpoint" | "user" | "tenant";
  readonly name: string;
}

/** An hour that is too dear. */
export interface DearHour {
  readonly subject: DearSubject;
  readonly hour: number;
  readonly anomaly: SpendAnomaly;
  readonly change: SpendChange;
  /** The hour that it is compared with: of the days of the baseline the median, of two middle ones the lower. */
  readonly against: number;
}

/** Why it is too dear, in words. */
export const whyDear = ({ anomaly: { baseline }, change, against }: DearHour): string =>
  describeChange(change, medianWords(against, baseline.days));

const DAY_MS = 24 * HOUR_MS;
/** Sums of one hour that are told apart. */
const MOST_SUMS = 10_000;
/** Of each kind so many are looked at: the dearest of the hour. */
const MOST_SUBJECTS = 200;

/** Endpoints, users and tenants, or only some of these, whose present or last hour is too dear against the same hour of previous days. */
export async function findDearHours(
  sources: DearSources,
  now: number,
  types: readonly DearSubject["type"][] = ["endpoint", "user", "tenant"],
): Promise<readonly DearHour[]> {
  const found: DearHour[] = [];
  for (const hour of [hourOf(now), hourOf(now) - HOUR_MS]) {
    for (const type of types) found.push(...(await dearIn(sources, type, hour)));
  }
  return found;
}

async function dearIn(sources: DearSources, type: DearSubject["type"], hour: number): Promise<readonly DearHour[]> {
  const present = [...(await spentIn(sources, type, hour))]
    .toSorted(([, one], [, other]) => (one > other ? -1 : one < other ? 1 : 0))
    .slice(0, MOST_SUBJECTS);
  if (present.length === 0) return [];
  const days: { readonly start: number; readonly spent: ReadonlyMap<string, bigint> }[] = [];
  for (let day = 1; day <= BASELINE_DAYS; day += 1) {
    const start = hour - day * DAY_MS;
    days.push({ start, spent: await spentIn(sources, type, start) });
  }
  const found: DearHour[] = [];
  for (const [name, spentPico] of present) {
    // A user without a name is all those without one; a day on which nobody came says nothing of what is usual.
    if (name === "" && type !== "endpoint") continue;
    const known = days.flatMap(({ start, spent }) => {
      const pico = spent.get(name);
      return pico === undefined ? [] : [{ start, pico }];
    });
    const usual = known.map(({ pico }) => pico);
    const anomaly = spendAnomaly(spentPico, spendBaseline(usual));
    const against = known[middleIndex(usual) ?? -1]?.start;
    if (anomaly === null || against === undefined) continue;
    const subject = { type, name };
    const then = await hourSpend(sources, subject, against);
    found.push({
      subject,
      hour,
      anomaly,
      change: attributeSpend(then, await hourSpend(sources, subject, hour)),
      against,
    });
  }
  return found;
}

/** What an hour has cost, by name. Tenants are told by their keys. */
async function spentIn(
  { spend, tenantOf }: DearSources,
  type: DearSubject["type"],
  since: number,
): Promise<ReadonlyMap<string, bigint>> {
  const by = type === "tenant" ? "key" : type;
  const sums = await spend.sum({ since, until: since + HOUR_MS, by: [by], limit: MOST_SUMS });
  const spent = new Map<string, bigint>();
  for (const sum of sums) {
    const name = (type === "tenant" ? tenantOf(sum.key ?? "") : sum[type]) ?? "";
    spent.set(name, (spent.get(name) ?? 0n) + modelCostPico(sum.spend));
  }
  return spent;
}

/** What an hour of somebody has cost, by model. */
async function hourSpend({ spend, tenantOf }: DearSources, { type, name }: DearSubject, since: number): Promise<Spend> {
  const stretch = { since, until: since + HOUR_MS };
  if (type !== "tenant") return spendBetween(spend, type === "endpoint" ? { endpoint: name } : { user: name }, stretch);
  const models = new Map<string, ModelSpend>();
  for (const sum of await spend.sum({ ...stretch, by: ["key", "model"], limit: MOST_SUMS })) {
    if (tenantOf(sum.key ?? "") !== name) continue;
    const { model = "" } = sum;
    const known = models.get(model);
    models.set(model, known === undefined ? sum.spend : addSpend(known, sum.spend));
  }
  return models;
}
