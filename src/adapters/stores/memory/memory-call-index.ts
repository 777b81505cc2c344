import type { CallRecord } from "../../../domain/call/call-record.ts";
import { FACETS, facetValue, measureOf, meetsSearch, NO_MEASURE } from "../../../domain/call/call-search.ts";
import type { CallSearch, Facet, Measure } from "../../../domain/call/call-search.ts";
import { textOfCall } from "../../../domain/call/call-text.ts";
import type { CallText } from "../../../domain/call/call-text.ts";
import { isRepaired } from "../../../domain/call/is-repaired.ts";
import { REPAIRED, requestMark, wordsOfCall } from "../../../domain/call/search-words.ts";
import { sha256Hex } from "../../../kit/hash.ts";
import { maskText } from "../../../kit/mask-text.ts";
import type {
  CallGist,
  CallIndex,
  CallTail,
  CallTally,
  FoundCall,
  FoundSession,
  TallyTerms,
} from "../../../ports/call-index.ts";

const GIST_CHARACTERS = 140;

/** Looks through calls in memory, newest last; nothing waits. */
export function createMemoryCallIndex(all: () => readonly CallRecord[]): CallIndex {
  const meeting = (search: CallSearch): readonly CallRecord[] =>
    all()
      .filter((call) => meets(call, search))
      .toSorted((a, b) => (a.facts.id < b.facts.id ? 1 : -1));
  return {
    async find(search, { order, after, limit }) {
      const found = meeting(search);
      const ordered = order === "newest" ? found : found.toReversed();
      const rest = ordered.filter(
        ({ facts: { id } }) => after === undefined || (order === "newest" ? id < after : id > after),
      );
      return { calls: rest.slice(0, limit).map(foundOf), behind: 0 };
    },
    tally: async (search, terms) => tallyOf(all(), search, terms),
    async sessions(search, { after, limit }) {
      const newest = new Map<string, CallRecord>();
      for (const call of meeting(search)) {
        const { session } = call.facts;
        if (session !== null && session.source !== "call" && !newest.has(session.id)) newest.set(session.id, call);
      }
      const page = [...newest.values()].filter(({ facts }) => after === undefined || facts.id < after).slice(0, limit);
      const environment = search.facets?.environment;
      const sessions = page.map((last) =>
        sessionOf(last, meeting(environment === undefined ? {} : { facets: { environment } })),
      );
      return { sessions, next: page.length < limit ? null : (page.at(-1)?.facts.id ?? null), behind: 0 };
    },
    tail: () => followed(all),
    step: async () => 0,
    damaged: async () => 0,
  };
}

/** What came in since the last look, by the order of arrival. */
function followed(all: () => readonly CallRecord[]): CallTail {
  let known: ReadonlySet<string> | null = null;
  return {
    async next() {
      const now = all();
      const calls = known === null ? [] : now.filter(({ facts: { id } }) => known?.has(id) === false);
      known = new Set(now.map(({ facts: { id } }) => id));
      return { calls: calls.map(foundOf), skippedPacks: 0 };
    },
  };
}

function meets(call: CallRecord, search: CallSearch): boolean {
  const { words = [], without = [] } = search;
  if (!meetsSearch(call.facts, search)) return false;
  if (words.length + without.length === 0) return true;
  const own = new Set(call.facts.retainBodiesDays > 0 ? wordsOfCall(maskedText(call)) : []);
  const { request } = call.bodies;
  if (call.facts.retainBodiesDays > 0 && request !== null) own.add(requestMark(sha256Hex(request)));
  if (call.facts.retainBodiesDays > 0 && isRepaired(call.facts)) own.add(REPAIRED);
  return words.every((word) => own.has(word)) && !without.some((word) => own.has(word));
}

function maskedText({ bodies }: Pick<CallRecord, "bodies">): CallText {
  const { asked, newest, answered, fault, tools, tags } = textOfCall(bodies);
  return {
    asked: maskText(asked),
    newest: maskText(newest),
    answered: maskText(answered),
    fault: maskText(fault),
    tools,
    tags: tags.map(([name, value]) => [name, maskText(value)] as const),
  };
}

const foundOf = (call: CallRecord): FoundCall => ({ facts: call.facts, gist: gistOf(call), waits: false });

function gistOf({ facts, bodies }: CallRecord): CallGist | null {
  if (facts.retainBodiesDays <= 0 || (bodies.request === null && bodies.answer === null)) return null;
  const { newest, answered } = maskedText({ bodies });
  return { asked: shortened(newest), answered: shortened(answered) };
}

const shortened = (text: string): string =>
  text
    .slice(0, 4 * GIST_CHARACTERS)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, GIST_CHARACTERS)
    .toWellFormed();

function tallyOf(all: readonly CallRecord[], search: CallSearch, { facets, now }: TallyTerms): CallTally {
  const found = all.filter((call) => meets(call, search));
  const failed = found.filter(({ facts }) => facts.outcome === "failed").length;
  const counts: { [facet in Facet]?: (readonly [string, number])[] } = {};
  for (const facet of FACETS.filter((each) => facets.includes(each))) {
    const { [facet]: _, ...others } = search.facets ?? {};
    const rest = all.filter((call) => meets(call, { ...search, facets: others }));
    const byValue = Map.groupBy(rest, ({ facts }) => facetValue(facts, facet));
    counts[facet] = [...byValue].map(([value, own]) => [value, own.length] as const).toSorted((a, b) => b[1] - a[1]);
  }
  const at = found.reduce((least, { facts }) => Math.min(least, facts.at), now);
  return {
    looked: all.length,
    calls: found.length,
    failed,
    facets: counts,
    // One span says enough of what fits into memory.
    spans: [{ at, calls: found.length, failed }],
    spanMs: Math.max(1, now - at),
    cut: false,
    behind: 0,
  };
}

function sessionOf(last: CallRecord, all: readonly CallRecord[]): FoundSession {
  const session = last.facts.session?.id ?? "";
  const own = all.filter(({ facts }) => facts.session?.id === session);
  const sum = (measure: Measure): number =>
    own.reduce((total, { facts }) => {
      const value = measureOf(facts, measure);
      return total + (value === NO_MEASURE ? 0 : value);
    }, 0);
  const times = own.map(({ facts }) => Math.floor(facts.at));
  return {
    session,
    calls: own.length,
    failed: own.filter(({ facts }) => facts.outcome === "failed").length,
    firstAt: times.reduce((a, b) => Math.min(a, b), Infinity),
    lastAt: times.reduce((a, b) => Math.max(a, b), -Infinity),
    costMicro: sum("cost"),
    tokens: sum("tokens"),
    last: foundOf(last),
  };
}
