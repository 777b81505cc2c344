import type { CallSearch, Facet } from "../../src/domain/call/call-search.ts";
import { searchWords } from "../../src/domain/call/search-words.ts";
import type { CallPage } from "../../src/ports/call-index.ts";
import { START_AT } from "./made-calls.ts";

/** A search that the page of calls offers. */
export interface NamedSearch {
  readonly name: string;
  readonly search: CallSearch;
  readonly order: CallPage["order"];
}

const HOUR_MS = 3_600_000;
const production = { environment: ["production"] };

const of = (name: string, search: CallSearch, order: CallPage["order"] = "newest"): NamedSearch => ({
  name,
  search,
  order,
});
const by = (facet: Facet, value: string): NamedSearch =>
  of(`${facet} ${value}`, { facets: { ...production, [facet]: [value] } });

/** One of each filter, common and rare, in both orders, and several at once. */
export const SEARCHES: readonly NamedSearch[] = [
  of("everything", { facets: production }),
  of("everything, oldest first", { facets: production }, "oldest"),
  by("endpoint", "code-review"),
  by("endpoint", "nobody-calls-this"),
  by("release", "support-bot@8"),
  by("arm", "candidate"),
  by("rollout", "rol_01jd0000000000000000000000"),
  by("tier", "fallback:1"),
  by("model", "mistral-2026-03"),
  by("outcome", "failed"),
  by("status", "503"),
  by("error", "provider_bad_answer"),
  by("key", "key_01jd0000000000000000000029"),
  of("session of long ago", { facets: production, session: "conversation-7-b" }),
  of("session that is not there", { facets: production, session: "conversation-none" }),
  of("one user", { facets: production, user: "user-19999" }),
  of("trace that is not there", { facets: production, trace: "4bf92f3577b34da6a3ce929d0e0e4736" }),
  of("one hour of yesterday", { facets: production, since: START_AT + HOUR_MS, until: START_AT + 2 * HOUR_MS }),
  of("slower than 20.2 s", { facets: production, ranges: { latency: { from: 20_200 } } }),
  of("dearer than 4 cents", { facets: production, ranges: { cost: { from: 40_190 } } }),
  of("slow, failed, of a cached tier", {
    facets: { ...production, outcome: ["failed"], tier: ["cache:exact"], model: ["mistral-2026-03"] },
    ranges: { latency: { from: 15_000 } },
  }),
  of("the same, oldest first", { facets: { ...production, outcome: ["failed"], tier: ["cache:exact"] } }, "oldest"),
  of("word of 5 calls", { facets: production, ...searchWords("zanzibar") }),
  of("word of 300 calls, oldest first", { facets: production, ...searchWords("quokka") }, "oldest"),
  of("word of 8,000 calls", { facets: production, ...searchWords("marzipan") }),
  of("word of nearly all", { facets: production, ...searchWords("order") }),
  of("word of none", { facets: production, ...searchWords("antidisestablishmentarianism") }),
  of("two words that few share", { facets: production, ...searchWords("marzipan quokka") }),
  of("common word, rare filter", {
    facets: { ...production, error: ["provider_bad_answer"] },
    ...searchWords("order"),
  }),
  of("rare word of one endpoint that failed", {
    facets: { ...production, endpoint: ["support-bot"], outcome: ["failed"] },
    ...searchWords("marzipan"),
  }),
  of("common word without another", { facets: production, ...searchWords("marzipan -order") }),
];
