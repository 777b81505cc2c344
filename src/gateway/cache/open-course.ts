import { asideOf, cacheKey, inexactNumbers } from "../../domain/cache/cache-key.ts";
import type { ComparedRequest, KeyParts } from "../../domain/cache/cache-key.ts";
import type { CachePolicy } from "../../domain/cache/cache-policy.ts";
import { NO_WISH } from "../../domain/cache/cache-wish.ts";
import { requestBar } from "../../domain/cache/request-bar.ts";
import type { RequestBar } from "../../domain/cache/request-bar.ts";
import { routingLabels, widestScope } from "../../domain/cache/routing-labels.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Release } from "../../domain/release/release.ts";
import type { RoutingPolicy } from "../../domain/routing/routing-policy.ts";
import type { DialectName } from "../../ports/dialect.ts";
import type { Gateway } from "../gateway.ts";
import { callSubjectsOf } from "../meters/call-subjects-of.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { CacheCourse } from "./course.ts";
import type { KeyedRequest } from "./known-keys.ts";
import { openMeaning } from "./semantic/open-meaning.ts";

/** The dialects whose answers can be kept, because every one of them can tell them. */
const CONVERSATIONS: ReadonlySet<DialectName> = new Set(["openai-chat", "openai-responses", "anthropic-messages"]);

/** The policy that a call's answers are kept by; `null` where none are kept. */
export const cachePolicyOf = (open: OpenCall): CachePolicy | null =>
  open.placement?.release.content.policies.cache ?? null;

/** Begins a call's way past the cache: may it be asked, and under which key. */
export function openCourse(gateway: Gateway, open: OpenCall, policy: CachePolicy): CacheCourse {
  const placement = present(open.placement);
  const wish = open.arrival.cacheWish ?? NO_WISH;
  const keyed = wish.bypass ? barred("client") : keyFor(gateway, open, policy);
  const { read } = keyed;
  const { endpoint } = placement.release;
  return {
    policy,
    wish,
    // Both arms of a rollout do without: the candidate's cache is cold only because it is new.
    bypassed: keyed.bar ?? (placement.evidenceOf === null ? null : "rollout"),
    place: read === null ? null : { endpoint, key: read.key },
    read,
    purges: gateway.cache.purgesOf(endpoint),
    status: "bypass",
    kept: null,
    waitedMs: 0,
    served: null,
    lastResort: null,
    semantic:
      policy.semantic === undefined || read === null
        ? null
        : openMeaning(gateway, open, { policy: policy.semantic, wish, parts: read.parts }),
    fresh: null,
    sealed: null,
    lead: null,
    claim: null,
    stopRenewing: null,
  };
}

type Keyed = { readonly read: KeyedRequest; readonly bar: null } | { readonly read: null; readonly bar: RequestBar };

const barred = (bar: RequestBar): Keyed => ({ read: null, bar });

function keyFor(gateway: Gateway, open: OpenCall, policy: CachePolicy): Keyed {
  const { dialect } = open.arrival;
  const { release } = present(open.placement);
  const [target] = present(open.rendered).targets;
  if (target === undefined || !CONVERSATIONS.has(dialect.name)) return barred("dialect");
  const bytes = present(open.rendered).bodyFor(target);
  const text = bytes.toString();
  const known = knownKey(gateway, open, { policy, release, text });
  if (known !== undefined) return { read: { ...known, bytes, isKnown: true }, bar: null };
  const body = JSON.parse(text) as JsonObject;
  const bar = requestBar(body, policy);
  if (bar !== null) return barred(bar);
  const { routing } = release.content.policies;
  const user = policy.semantic?.personal === true ? callSubjectsOf(open).user : null;
  const parts: KeyParts = {
    ...(user !== null && { user }),
    scope: scopeOf(open, policy, routing),
    environment: open.settings.environment,
    endpoint: release.endpoint,
    releaseDigest: release.digest,
    request: comparedRequest(open, body),
    labels: routingLabels(routing, present(open.request).body["metadata"]),
    numbers: inexactNumbers(text),
  };
  const key = cacheKey(parts);
  return key === null ? barred("unkeyable") : { read: { bytes, body, dialect: dialect.name, parts, key }, bar: null };
}

interface Asked {
  readonly policy: CachePolicy;
  readonly release: Release;
  readonly text: string;
}

/** The key of a request that was asked before in the same bytes, of which nothing but who shares it could differ. */
function knownKey(gateway: Gateway, open: OpenCall, { policy, release, text }: Asked): KeyedRequest | undefined {
  if (!isTextAlone(open)) return undefined;
  const known = gateway.cache.keys.find(release, text);
  if (known === undefined || known.dialect !== open.arrival.dialect.name) return undefined;
  return known.parts.scope === scopeOf(open, policy, undefined) ? known : undefined;
}

/** Keeps the key of a question that was answered from the cache, for the next time. */
export function noteKey(gateway: Gateway, open: OpenCall, { read }: CacheCourse): void {
  const { release } = present(open.placement);
  if (read !== null && read.isKnown !== true && isTextAlone(open)) gateway.cache.keys.note(release, read);
}

/** Whether the key follows from the release, the rendered text and who shares answers: no user, no metadata, no header counts. */
function isTextAlone({ arrival, placement }: OpenCall): boolean {
  const { cache, routing } = present(placement).release.content.policies;
  return (
    routing === undefined && cache?.semantic?.personal !== true && arrival.headers?.["anthropic-beta"] === undefined
  );
}

/** Fails closed: who belongs to no tenant shares with nobody. */
function scopeOf(open: OpenCall, { scope }: CachePolicy, routing: RoutingPolicy | undefined): string {
  const { id, tenant } = present(open.key);
  const widest = widestScope(routing);
  if (scope === "key" || widest === "key") return `key ${id}`;
  if (scope === "endpoint" && widest === "endpoint") return "endpoint";
  return tenant === undefined ? `key ${id}` : `tenant ${tenant}`;
}

/** Features of a beta reach only a provider of the same dialect; the version of the API tells the form alone. */
function comparedRequest({ arrival }: OpenCall, body: JsonObject): ComparedRequest {
  const { dialect, headers } = arrival;
  const features = headers?.["anthropic-beta"] ?? null;
  const own: ComparedRequest = { form: "own", dialect: dialect.name, body, features };
  if (features !== null) return own;
  try {
    const request = dialect.toCanonical(body, "the cache");
    return { form: "canonical", request, aside: asideOf(dialect.name, body) };
  } catch (error) {
    if (error instanceof RollwardError) return own;
    throw error;
  }
}
