import type { CallFacts } from "../../domain/call/call-record.ts";
import { hourOf } from "../../domain/spend/spend-book.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { callSubjectsOf } from "./call-subjects-of.ts";

/** What a call cost beside its attempts: judges, summaries. */
const BESIDE = "beside the answer";

/** Notes what a call has spent, attempt by attempt, so that its slots add up to its cost exactly. */
export function noteSpend({ spend }: Gateway, call: OpenCall, { at, attempts, costPico }: CallFacts): void {
  if (call.key === null || (attempts.length === 0 && costPico === 0n)) return;
  const { keyId, user, endpoint } = callSubjectsOf(call);
  const slot = { hour: hourOf(at), endpoint: endpoint ?? "", keyId, user: user ?? "" };
  let rest = costPico;
  for (const attempt of attempts) {
    if (attempt.end === "skipped") continue;
    const { provider, model, usage } = attempt;
    const price = call.settings.providers.get(provider)?.prices.get(model) ?? null;
    spend.note({ ...slot, model: `${provider}/${model}` }, { usage, costPico: attempt.costPico, price });
    rest -= attempt.costPico;
  }
  if (rest > 0n) spend.note({ ...slot, model: BESIDE }, { usage: null, costPico: rest, price: null });
}
