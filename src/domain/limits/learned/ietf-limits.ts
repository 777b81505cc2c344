import { countIn, MOST_LIMITS, trusted } from "./learned-limit.ts";
import type { AnswerHeaders, LearnedLimit, LimitUnit } from "./learned-limit.ts";

/** Longest header that is read, characters. */
const LONGEST = 2_048;
const LONGEST_ID = 48;
const SECOND_MS = 1_000;

/**
 * Limits in the headers of the IETF's draft "RateLimit header fields for HTTP": `RateLimit: "name";r=4;t=30` with
 * `RateLimit-Policy: "name";q=10;w=60;qu="tokens"` (from its eighth version on), or `RateLimit-Remaining` with
 * `RateLimit-Limit` and `RateLimit-Reset` in seconds (before it). Other units than calls and tokens are left out.
 */
export function ietfLimits(headers: AnswerHeaders): readonly LearnedLimit[] {
  const { ratelimit } = headers;
  if (ratelimit === undefined) return separateFields(headers);
  if (ratelimit.startsWith("limit=")) return oldField(ratelimit);
  const policies = new Map(membersOf(headers["ratelimit-policy"]).map((one) => [one.name, one.parameters]));
  return membersOf(ratelimit).flatMap(({ name, parameters }): readonly LearnedLimit[] => {
    const policy = policies.get(name);
    const unit = unitIn(policy?.get("qu"));
    const remaining = countIn(parameters.get("r"));
    if (unit === null || remaining === null || name.length > LONGEST_ID) return [];
    return [limitFrom(name, { unit, remaining, limit: countIn(policy?.get("q")), reset: parameters.get("t") })];
  });
}

function separateFields(headers: AnswerHeaders): readonly LearnedLimit[] {
  const remaining = countIn(headers["ratelimit-remaining"]);
  if (remaining === null) return [];
  // "100, 100;w=60": the first is the limit that counts.
  const limit = countIn(headers["ratelimit-limit"]?.split(",", 1)[0]);
  return [limitFrom("requests", { unit: "requests", remaining, limit, reset: headers["ratelimit-reset"] })];
}

/** `limit=100, remaining=50, reset=5`, the form of the seventh version. */
function oldField(field: string): readonly LearnedLimit[] {
  const parameters = parametersOf(field.slice(0, LONGEST).split(","));
  const remaining = countIn(parameters.get("remaining"));
  if (remaining === null) return [];
  const told = { remaining, limit: countIn(parameters.get("limit")), reset: parameters.get("reset") };
  return [limitFrom("requests", { unit: "requests", ...told })];
}

interface Told {
  readonly unit: LimitUnit;
  readonly remaining: number;
  readonly limit: number | null;
  readonly reset: string | undefined;
}

function limitFrom(id: string, { unit, remaining, limit, reset }: Told): LearnedLimit {
  const seconds = countIn(reset);
  const told = trusted(seconds === null ? undefined : seconds * SECOND_MS);
  return { id, unit, limit, remaining, stepMs: SECOND_MS, refill: "at-once", ...told };
}

function unitIn(quoted: string | undefined): LimitUnit | null {
  const unit = quoted?.replaceAll('"', "") ?? "requests";
  return unit === "requests" || unit === "tokens" ? unit : null;
}

interface Member {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Members of a list of structured fields (RFC 9651) as far as this header needs them: no comma stands in a name. */
function membersOf(field: string | undefined): readonly Member[] {
  if (field === undefined) return [];
  const members = field.slice(0, LONGEST).split(",", MOST_LIMITS);
  return members.map((member) => {
    const [name = "", ...parameters] = member.split(";", MOST_LIMITS);
    return { name: name.trim().replaceAll('"', ""), parameters: parametersOf(parameters) };
  });
}

const parametersOf = (parameters: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    parameters.map((parameter) => {
      const at = parameter.indexOf("=");
      return [parameter.slice(0, Math.max(0, at)).trim(), parameter.slice(at + 1).trim()] as const;
    }),
  );
