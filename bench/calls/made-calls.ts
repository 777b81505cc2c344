import { randomBytes } from "node:crypto";
import type { CallFacts, CallRecord } from "../../src/domain/call/call-record.ts";
import { ulid } from "../../src/kit/ulid.ts";

/** A day of the recorded calls of a busy server, ending at midnight; every run makes the same ones but for their ids. */
const DAY_MS = 86_400_000;
const DAYS = 2;
export const END_AT = Math.floor(Date.UTC(2026, 10, 20) / DAY_MS) * DAY_MS;
export const START_AT = END_AT - DAYS * DAY_MS;

const ENDPOINTS = ["support-bot", "search-answers", "summaries", "translator", "sales-mail", "code-review"];
const MODELS = ["gpt-2026-01-01", "gpt-small-2026-01-01", "claude-2026-02", "claude-fast-2026-02", "mistral-2026-03"];
const PROVIDERS = ["openai", "openai", "anthropic", "anthropic", "mistral"];

/** Words that few calls have: how many of a million have each. */
export const RARE_WORDS = { zanzibar: 5, quokka: 300, marzipan: 8_000 } as const;

/** A cheap source of numbers in [0, 1) that gives the same ones every time (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const VOCABULARY = 30_000;
const SYLLABLES = ["ka", "lo", "mi", "ren", "ta", "vo", "su", "pel", "dor", "ni", "gra", "shi", "um", "best"];

/** A word by its rank: the frequent ones are short. */
function wordAt(rank: number): string {
  let word = "";
  for (let rest = rank + 14; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length] ?? "";
  return word;
}

const WORDS = Array.from({ length: VOCABULARY }, (_, rank) => wordAt(rank));

/** Words as frequent as those of a language: the nth most frequent comes 1/n as often (Zipf). */
const wordsOf = (random: () => number, count: number): string =>
  Array.from({ length: count }, () => WORDS[Math.floor(VOCABULARY ** random()) - 1] ?? "the").join(" ");

/** What a call is about, by lot. */
interface Drawn {
  readonly endpoint: string;
  readonly provider: string;
  readonly model: string;
  readonly isFailed: boolean;
  readonly isCandidate: boolean;
  readonly totalMs: number;
}

function drawn(random: () => number): Drawn {
  const endpoint = ENDPOINTS[Math.floor(random() ** 2 * ENDPOINTS.length)] ?? "support-bot";
  const which = Math.floor(random() * MODELS.length);
  return {
    endpoint,
    provider: PROVIDERS[which] ?? "openai",
    model: MODELS[which] ?? "gpt",
    isFailed: random() < 0.012,
    isCandidate: endpoint === "support-bot" && random() < 0.1,
    totalMs: 300 + 20_000 * random() ** 4,
  };
}

/** The call of a number among `rows`. */
export function callAt(index: number, rows: number, random: () => number): CallRecord {
  const at = Math.floor(START_AT + (index / rows) * DAYS * DAY_MS);
  const { endpoint, provider, model, isFailed, isCandidate, totalMs } = drawn(random);
  const input = 200 + Math.floor(random() * 900);
  const usage = { input, cachedInput: 0, cacheWrite: 0, output: 150, reasoning: 0, estimated: false };
  const facts: CallFacts = {
    id: `call_${ulid(at, randomBytes(10))}`,
    at,
    keyId: `key_01jd00000000000000000000${10 + Math.floor(random() * 20)}`,
    dialect: random() < 0.7 ? "openai-chat" : "anthropic-messages",
    requestedModel: endpoint,
    endpoint,
    environment: "production",
    session: { id: `conversation-${Math.floor(index / 5)}-${index % 3 === 0 ? "a" : "b"}`, source: "header" },
    user: `user-${Math.floor(random() ** 2 * 20_000)}`,
    epoch: 3,
    rolloutId: isCandidate ? "rol_01jd0000000000000000000000" : null,
    releaseId: "rel_1",
    release: `${endpoint}@${isCandidate ? 8 : 7}`,
    arm: isCandidate ? "candidate" : "stable",
    tier: random() < 0.02 ? "fallback:1" : random() < 0.1 ? "cache:exact" : "primary",
    provider,
    model,
    stream: random() < 0.6,
    status: isFailed ? (random() < 0.5 ? 503 : 504) : 200,
    outcome: isFailed ? "failed" : random() < 0.005 ? "abandoned" : "ok",
    errorCode: isFailed ? (random() < 0.02 ? "provider_bad_answer" : "provider_timeout") : null,
    finishReason: isFailed ? null : "stop",
    stages: STAGES.map((stage, place) => ({ stage, startMs: place * 0.2, endMs: place * 0.2 + 0.1 })),
    attempts: [attemptOf({ provider, model, isFailed, totalMs }, usage)],
    firstTokenMs: totalMs / 3,
    totalMs,
    usage,
    costPico: BigInt(Math.floor(200 + random() ** 3 * 40_000)) * 1_000_000n,
    priceVersion: "2026-11-01",
    overrides: [],
    retainBodiesDays: 14,
  };
  return { facts, bodies: bodiesOf(index, random) };
}

const attemptOf = (
  { provider, model, isFailed, totalMs }: Pick<Drawn, "provider" | "model" | "isFailed" | "totalMs">,
  usage: CallFacts["usage"],
): CallFacts["attempts"][number] => ({
  provider,
  model,
  reason: "first",
  end: isFailed ? "failed" : "answered",
  key: null,
  startMs: 0.25,
  firstByteMs: totalMs / 3,
  endMs: totalMs,
  status: isFailed ? 504 : 200,
  error: null,
  usage,
  costPico: 1_250_000_000n,
});

const STAGES = ["authenticate", "admit", "resolve", "assign", "render", "recall", "call", "deliver", "settle"];

function bodiesOf(index: number, random: () => number): CallRecord["bodies"] {
  const rare = Object.entries(RARE_WORDS).flatMap(([word, perMillion]) =>
    random() * 1_000_000 < perMillion ? [word] : [],
  );
  const question = `${wordsOf(random, 40)} ${rare.join(" ")} order ${index}`;
  const request = Buffer.from(
    JSON.stringify({
      model: "support-bot",
      messages: [
        {
          role: "system",
          content: "You help the customers of a shop. Be short and friendly, and never promise what you cannot keep.",
        },
        { role: "user", content: question },
      ],
      temperature: 0.2,
    }),
  );
  const message = { role: "assistant", content: wordsOf(random, 60) };
  const answer = Buffer.from(
    JSON.stringify({
      id: `chatcmpl-${index}`,
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason: "stop" }],
    }),
  );
  return { request, upstream: request, answer };
}
