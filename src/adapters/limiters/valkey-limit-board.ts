import { MOST_TRUST_MS } from "../../domain/limits/learned/learned-limit.ts";
import type { LimitBoard, LimitNews } from "../../ports/limit-board.ts";
import type { Valkey } from "../../ports/valkey.ts";
import { nameIn, nameText, newsIn, newsText } from "./limit-news-text.ts";

/** What a board in Valkey stands on. */
export interface ValkeyLimitBoardTerms {
  readonly valkey: Valkey;
  /** Unique over all replicas and starts. */
  readonly replicaId: string;
  /** Begins the names of all keys; the braces keep them together in a cluster. */
  readonly prefix: string;
}

/** What nobody has told for this long is over, whatever it says. */
const LIVE_MS = MOST_TRUST_MS;
/** What is told of a key is kept at least this long, ms. */
const LEAST_MS = 10_000;

/**
 * Takes news of keys and gives those of others. KEYS: the index of what was told when, then one hash per key told.
 * ARGV: name of the replica, since when, ms for which the index lives, prefix, then per key its name, what is told, how
 * long it rests and how long all of that is of use, ms. A rest is only ever made longer; the others' words are kept
 * by replica, so that none hides another's. Gives the time, then who told it, name, age, words and rest of everything told
 * since.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, since, live, prefix = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
for i = 2, #KEYS do
  local at = 5 + (i - 2) * 4
  local key, rest, ttl = KEYS[i], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local known = tonumber(redis.call('HGET', key, 'rest') or 0)
  local ends = math.max(known, rest > 0 and now + rest or 0)
  if redis.call('HLEN', key) > 64 then redis.call('DEL', key) end
  redis.call('HSET', key, 'rest', string.format('%.0f', ends), 'by:' .. me, string.format('%.0f', now) .. ' ' .. ARGV[at + 1])
  redis.call('PEXPIRE', key, math.max(ttl, ends - now, redis.call('PTTL', key), 1))
  redis.call('ZADD', KEYS[1], now, ARGV[at])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - live)
redis.call('PEXPIRE', KEYS[1], live)
local out = { string.format('%.0f', now) }
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], since, '+inf', 'LIMIT', 0, 1000)) do
  local fields = redis.call('HGETALL', prefix .. name)
  local rest = 0
  for f = 1, #fields, 2 do
    if fields[f] == 'rest' then rest = math.max(0, tonumber(fields[f + 1]) - now) end
  end
  for f = 1, #fields, 2 do
    if fields[f] ~= 'rest' and fields[f] ~= 'by:' .. me then
      local space = string.find(fields[f + 1], ' ', 1, true)
      local age = now - tonumber(string.sub(fields[f + 1], 1, space - 1))
      out[#out + 1] = string.sub(fields[f], 4)
      out[#out + 1] = name
      out[#out + 1] = string.format('%.0f', age)
      out[#out + 1] = string.sub(fields[f + 1], space + 1)
      out[#out + 1] = string.format('%.0f', rest)
    end
  end
end
return out
`;

/** The board of replicas that share a Valkey or Redis server: one small key per provider's key and model. */
export class ValkeyLimitBoard implements LimitBoard {
  readonly #terms: ValkeyLimitBoardTerms;
  /** The server's time when it was last asked; what was told since is asked for. */
  #since = "-inf";

  constructor(terms: ValkeyLimitBoardTerms) {
    this.#terms = terms;
  }

  async exchange(news: readonly LimitNews[]): Promise<readonly LimitNews[]> {
    const { valkey, replicaId, prefix } = this.#terms;
    const index = `${prefix}index`;
    const keys = news.map(({ name }) => `${prefix}${nameText(name)}`);
    const values = news.flatMap((one) => {
      const ttlMs = one.limits.reduce(
        (most, { told, seenAgoMs }) => Math.max(most, told.resetMs - seenAgoMs),
        LEAST_MS,
      );
      return [nameText(one.name), newsText(one), Math.round(one.restMs), Math.ceil(ttlMs)];
    });
    const head = [replicaId, this.#since, LIVE_MS, prefix];
    const answer = await valkey.run("EVAL", SCRIPT, keys.length + 1, index, ...keys, ...head, ...values);
    if (!Array.isArray(answer)) throw new Error("Valkey gave no list.");
    const [now, ...others] = answer.map(String);
    this.#since = now ?? this.#since;
    return newsFrom(others);
  }
}

function newsFrom(values: readonly string[]): readonly LimitNews[] {
  const news: LimitNews[] = [];
  for (let at = 0; at + 4 < values.length; at += 5) {
    const [from = "", text = "", age, words = "", rest] = values.slice(at, at + 5);
    const name = nameIn(text);
    if (name === null) continue;
    news.push({ name, from, ...newsIn(words, countOf(age)), restMs: Math.min(MOST_TRUST_MS, countOf(rest)) });
  }
  return news;
}

const countOf = (text: string | undefined): number => Math.max(0, Number(text) || 0);
