import { parseArgs } from "node:util";
import { loadProject } from "../src/config/load.ts";
import type { EvaluationContext } from "../src/domain/flags/condition.ts";
import { Evaluator } from "../src/domain/flags/evaluator.ts";
import type { EvaluationTerms } from "../src/domain/flags/evaluator.ts";
import type { FlagSet } from "../src/domain/flags/flag.ts";
import { FlagTally } from "../src/domain/flags/flag-tally.ts";
import { median } from "./semantic/verdict.ts";

const HELP = `What the evaluation of a flag takes in this process: a flag with 20 rules and 5 segments.

  --rounds N   rounds; the medians over them are shown (default 15)
  --json       ends with one line of JSON

Each evaluation opens its context anew and is counted, as a request does and is. The last case evaluates 10,000 flags for
one context, as the bulk address does.
`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What the mission asks for, microseconds. */
const LIMIT_US = 50;
const EVALUATIONS = 20_000;
const MANY_FLAGS = 10_000;

/** Five segments, one of which uses two others, and rules of every kind; the last rule is a split. */
const SEGMENTS = `
  staff: { attribute: email, ends_with: ["@example.com", "@example.org"] }
  europe: { attribute: country, one_of: [DE, FR, IT, ES, NL, PL, SE, AT, BE, DK, FI, IE, PT, CZ] }
  recent: { attribute: app.version, version: { at_least: 4.2.0, below: 6.0.0 } }
  paying: { any: [{ attribute: plan, one_of: [pro, team, enterprise] }, { attribute: seats, at_least: 10 }] }
  early: { all: [{ segment: paying }, { segment: europe }, { not: { attribute: groups, contains: slow } }] }`;

const RULES = [
  "when: { segment: staff }",
  "when: { segment: early }",
  "when: [{ segment: recent }, { attribute: locale, starts_with: de }]",
  'when: { attribute: user_agent, matches: "Firefox/1[0-9]{2}" }',
  "when: { attribute: signed_up, after: 2026-11-01 }",
  ...Array.from({ length: 14 }, (_, index) => `when: { attribute: tenant, one_of: [t${index}, u${index}, v${index}] }`),
  "percentage: 30%",
];

const FLAG = `
  it:
    type: string
    variants: { old: "a", new: "b", newer: "c" }
    default: old
    rules:
${RULES.map((rule, index) => `      - { name: r${index}, ${rule}, serve: ${index === RULES.length - 1 ? "{ new: 50%, newer: 50% }" : "new"} }`).join("\n")}`;

const FILE = `
providers: { sim: { kind: simulated, models: { m-1: { price: { input: 0, output: 0 } } } } }
endpoints: { bot: { prompt: prompts/bot.md, models: [sim/m-1] } }
segments:${SEGMENTS}
flags:${FLAG}
`;

function loadFlags(): FlagSet {
  const files = new Map([
    ["rollward.yaml", FILE],
    ["prompts/bot.md", "Answer.\n"],
  ]);
  const loaded = loadProject({ main: "rollward.yaml", files });
  if (!loaded.ok) throw new Error(loaded.mistakes.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return loaded.project.flags;
}

/** The same flag many times; no file of that size would be read. */
function manyOf({ flags, segments }: FlagSet): FlagSet {
  const [flag] = flags.values();
  if (flag === undefined) throw new Error("There is a flag.");
  const keys = Array.from({ length: MANY_FLAGS }, (_, index) => `flag-${index}`);
  return { segments, flags: new Map(keys.map((key) => [key, { ...flag, key, seed: key }])) };
}

/** Somebody for whom no rule but the last may be, so that every one is looked at. */
const contextOf = (index: number): EvaluationContext => ({
  targetingKey: `user-${index}`,
  email: `user${index}@example.net`,
  country: "US",
  plan: "free",
  seats: 3,
  locale: "en-US",
  groups: ["beta", "slow"],
  app: { version: "3.9.12" },
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:99.0) Gecko/20100101 Firefox/99.0",
  signed_up: "2025-03-02T11:00:00Z",
  tenant: `w${index % 100}`,
});

const NOW = Date.UTC(2026, 10, 21, 12);
const tally = new FlagTally();

const termsOf = (set: FlagSet): EvaluationTerms => ({
  set,
  environment: "production",
  now: NOW,
  isKilled: () => false,
});

/** Microseconds of one evaluation, in the mean of a round. */
function roundUs(terms: EvaluationTerms, contexts: readonly EvaluationContext[]): number {
  const startedAt = performance.now();
  for (const context of contexts) {
    const evaluation = new Evaluator(terms, context).evaluate("it");
    if (evaluation === null) throw new Error("The flag is gone.");
    tally.note("it", evaluation.variant, NOW);
  }
  return ((performance.now() - startedAt) / contexts.length) * 1_000;
}

/** Milliseconds of all flags for one context. */
function bulkMs(terms: EvaluationTerms, context: EvaluationContext): number {
  const startedAt = performance.now();
  const evaluator = new Evaluator(terms, context);
  for (const key of terms.set.flags.keys()) evaluator.evaluate(key);
  return performance.now() - startedAt;
}

function main(): void {
  const rounds = Number(options.rounds);
  const contexts = Array.from({ length: EVALUATIONS }, (_, index) => contextOf(index));
  const hit = contexts.map((context) => ({ ...context, email: "ada@example.com" }));
  const set = loadFlags();
  const [one, many] = [termsOf(set), termsOf(manyOf(set))];
  const measured = { lastRuleUs: [] as number[], firstRuleUs: [] as number[], bulkMs: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.lastRuleUs.push(roundUs(one, contexts));
    measured.firstRuleUs.push(roundUs(one, hit));
    measured.bulkMs.push(bulkMs(many, contextOf(round)));
  }
  const [last, first, bulk] = [median(measured.lastRuleUs), median(measured.firstRuleUs), median(measured.bulkMs)];
  console.log(`20 rules and 5 segments, medians of ${rounds} rounds of ${EVALUATIONS} evaluations`);
  console.log(`  all rules looked at, then a split   ${last.toFixed(2)} µs   (limit ${LIMIT_US} µs)`);
  console.log(`  the first rule matches              ${first.toFixed(2)} µs`);
  console.log(
    `${MANY_FLAGS} such flags for one context         ${bulk.toFixed(1)} ms (${((bulk / MANY_FLAGS) * 1_000).toFixed(2)} µs each)`,
  );
  if (options.json)
    console.log(JSON.stringify({ lastRuleUs: last, firstRuleUs: first, bulkMs: bulk, flags: MANY_FLAGS }));
  if (last > LIMIT_US) process.exitCode = 1;
}

if (options.help) console.log(HELP);
else main();
