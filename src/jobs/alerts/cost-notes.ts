import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import { judgeRule } from "../../domain/alerts/judge-rule.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import { describeChange } from "../../domain/spend/describe-change.ts";
import { medianWords } from "../../domain/spend/median-words.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { explainHour } from "../explain-spend.ts";
import type { ExplainedHour } from "../explain-spend.ts";

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
    const { change, against, days } = await this.#changeOf(endpoint, at);
    const note = describeChange(change, medianWords(against, days));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(endpoint, { at, note });
    return note;
  }

  /** Of the hour under way or the one before, whichever has grown more: the window of a rule lies in both. */
  async #changeOf(endpoint: string, at: number): Promise<ExplainedHour> {
    const [present, last] = await Promise.all([
      explainHour(this.#spend, { endpoint }, hourOf(at)),
      explainHour(this.#spend, { endpoint }, hourOf(at) - HOUR_MS),
    ]);
    return present.change.changePico >= last.change.changePico ? present : last;
  }
}
