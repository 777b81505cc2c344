import type { RefusedBy } from "../../domain/limits/refused-by.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";

/** Names that are counted: limits and budgets come and go with projects, what is counted stays. */
const MOST_NAMES = 1_000;

/** Counts a call that a limit or budget has refused, and notes by which it was. */
export function noteRefused({ load }: Pick<Gateway, "load">, call: OpenCall, by: RefusedBy): void {
  call.refusedBy = by;
  const isLimit = by.type === "limit";
  if (isLimit) load.limited += 1;
  else load.unpaid += 1;
  const counts = isLimit ? load.limitedBy : load.unpaidBy;
  if (counts.has(by.name) || counts.size < MOST_NAMES) counts.set(by.name, (counts.get(by.name) ?? 0) + 1);
}
