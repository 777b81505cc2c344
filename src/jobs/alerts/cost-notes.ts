import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import { judgeRule } from "../../domain/alerts/judge-rule.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import type { SpendChange } from "../../domain/spend/attribute-spend.ts";
import { describeChange } from "../../domain/spend/describe-change.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { explainChange } from "../look-at-spend.ts";

const DAY_MS = 24 * HOUR_MS;
/** An explanation holds for so long, ms: reading it anew at each evaluation would tell the same. */
const HOLDS_MS = 5 * 60_000;
/** Endpoints that are remembered. */
const MOST_KNOWN = 1_000;

/** Says why an endpoint is dear, to the rules that find that it is. */
export class CostNotes {
  readonly #spend: SpendStore;
  readonly #known = new Map<string, { readonly at: number; readonly note: string }>();

  constructor(spend: SpendStore) {
    this.#spend = spend;
  }

  /** The same facts with a reason for each endpoint whose cost a rule finds too high. */
  async explained(rules: readonly AlertRule[], facts: RuleFacts): Promise<RuleFacts> {
    const dear = new Set(
      rules
        .filter(({ signal }) => signal.name === "cost-per-minute")
        .flatMap((rule) => judgeRule(rule, facts))
        .flatMap(({ isBad, subject }) => (isBad === true ? (subject["endpoint"] ?? []) : [])),
    );
    if (dear.size === 0) return facts;
    const notes = new Map<string, string>();
    for (const endpoint of dear) notes.set(endpoint, await this.#noteOf(endpoint, facts.at));
    return { ...facts, costNote: (endpoint) => notes.get(endpoint) };
  }

  async #noteOf(endpoint: string, at: number): Promise<string> {
    const known = this.#known.get(endpoint);
    if (known !== undefined && at >= known.at && at - known.at < HOLDS_MS) return known.note;
    const note = describeChange(await this.#changeOf(endpoint, at));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(endpoint, { at, note });
    return note;
  }

  /** Of the hour under way or the one before, whichever has grown more: the window of a rule lies in both. */
  async #changeOf(endpoint: string, at: number): Promise<SpendChange> {
    const [present, last] = await Promise.all([
      this.#between(endpoint, hourOf(at)),
      this.#between(endpoint, hourOf(at) - HOUR_MS),
    ]);
    return present.changePico >= last.changePico ? present : last;
  }

  #between(endpoint: string, hour: number): Promise<SpendChange> {
    const before = { since: hour - DAY_MS, until: hour - DAY_MS + HOUR_MS };
    return explainChange(this.#spend, { endpoint }, { before, after: { since: hour, until: hour + HOUR_MS } });
  }
}
