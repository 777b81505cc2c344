import { canonicalPrefix, markCanonical } from "../../domain/prompt-cache/canonical-prefix.ts";
import { chooseMarks } from "../../domain/prompt-cache/choose-marks.ts";
import type { MarkTerms } from "../../domain/prompt-cache/choose-marks.ts";
import { paysToWrite } from "../../domain/prompt-cache/pays-to-write.ts";
import type { PrefixScope, SentPrefix } from "../../domain/prompt-cache/prefix-book.ts";
import type { OwnPart, PrefixMark, PrefixOutline } from "../../domain/prompt-cache/prefix-outline.ts";
import type { PromptCachePolicy } from "../../domain/prompt-cache/prompt-cache-policy.ts";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { Provider } from "../../ports/provider.ts";
import type { AnswerSource } from "../attempt/answer-source.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { fixedPartOf, ownerOf, promptCacheOf } from "./beginning-of.ts";

/** Who is asked. */
export interface SteeredTo {
  readonly provider: Provider;
  readonly target: ModelTarget;
  readonly key: number;
}

/** A request that was sent, the answer that tells what came of it, and how much was set in it. */
export interface SentRequest {
  readonly marks: number;
  /** `null` where nothing can be learnt from the answer. */
  readonly prefix: SentPrefix | null;
  readonly source: AnswerSource;
}

/** A request as it goes, and what to call once its answer has a source. */
export interface Steered<T> {
  readonly request: T;
  sent(source: AnswerSource): AnswerSource;
}

/** Tokens that a model keeps at least when nobody knows: the most that any model of today asks for. */
const UNKNOWN_LEAST_TOKENS = 4_096;

/** A request in the provider's own dialect, with marks or a name where the release wants them and they pay. */
export function steerBytes(
  gateway: Gateway,
  open: OpenCall,
  { to, dialect, bytes }: { readonly to: SteeredTo; readonly dialect: Dialect; readonly bytes: Buffer },
): Steered<Buffer> {
  const policy = promptCacheOf(open);
  const caching = dialect.promptCaching;
  const by = to.provider.promptCache?.by;
  if (policy === null || by === undefined || caching === undefined) return untouched(bytes);
  if (by === "names") return named(open, bytes, caching.name);
  const prefix = caching.prefix?.(bytes, ownPartOf(open));
  if (prefix === undefined) return untouched(bytes);
  const sent = decide(gateway, open, { to, policy, outline: prefix.outline });
  return steered(gateway, open, { sent, request: sent.marks.length === 0 ? bytes : prefix.mark(sent.marks) });
}

/** A canonical request with hints where a provider is to keep it. */
export function steerRequest(
  gateway: Gateway,
  open: OpenCall,
  { to, request }: { readonly to: SteeredTo; readonly request: CanonicalRequest },
): Steered<CanonicalRequest> {
  const policy = promptCacheOf(open);
  if (policy === null || to.provider.promptCache?.by !== "marks") return untouched(request);
  const outline = canonicalPrefix(request, { own: ownPartOf(open), marksTools: false });
  const sent = decide(gateway, open, { to, policy, outline });
  return steered(gateway, open, { sent, request: markCanonical(request, sent.marks) });
}

const untouched = <T>(request: T): Steered<T> => ({ request, sent: (source) => source });

/** A name for requests of one tenant with one beginning; the client's own stays. */
function named(
  open: OpenCall,
  bytes: Buffer,
  name: ((body: Buffer, name: string) => Buffer) | undefined,
): Steered<Buffer> {
  const { body } = present(open.request);
  if (name === undefined || body["prompt_cache_key"] !== undefined) return untouched(bytes);
  const digest = sha256Hex(`${open.key?.tenant ?? ""}\n${fixedPartOf(open)}`);
  const request = name(bytes, `rollward-${digest.slice(0, 32)}`);
  return {
    request,
    sent(source) {
      if (request !== bytes) (open.sentRequests ??= []).push({ marks: 1, prefix: null, source });
      return source;
    },
  };
}

function steered<T>(
  { prefixes }: Gateway,
  open: OpenCall,
  { sent, request }: { readonly sent: SentPrefix; readonly request: T },
): Steered<T> {
  return {
    request,
    sent(source) {
      prefixes.book.sent(sent, () => source.facts.begun);
      (open.sentRequests ??= []).push({ marks: sent.marks.length, prefix: sent, source });
      return source;
    },
  };
}

interface Question {
  readonly to: SteeredTo;
  readonly policy: PromptCachePolicy;
  readonly outline: PrefixOutline;
}

function decide({ clock, prefixes: { book } }: Gateway, open: OpenCall, { to, policy, outline }: Question): SentPrefix {
  const { provider, target, key } = to;
  const now = clock.elapsed();
  const scope: PrefixScope = {
    owner: ownerOf(open),
    account: `${provider.name}/${target.model}#${provider.keyDigests?.[key] ?? key}`,
    model: target.model,
  };
  // Another try is no reading of what others have written.
  const isAgain = open.sentRequests?.some(({ prefix }) => prefix?.scope.account === scope.account) === true;
  if (!isAgain) book.see(scope, outline, now);
  const price = provider.prices.get(target.model);
  // What the client's own texts add to the release's is another thing in every call.
  const hasRelease = outline.ends.some(({ layer }) => layer === "release");
  const terms: MarkTerms = {
    leastTokens: provider.promptCache?.leastTokens.get(target.model) ?? UNKNOWN_LEAST_TOKENS,
    ttl: policy.ttl,
    tokensTo: (end) => book.tokensTo(scope, end),
    stateOf: (end) => book.stateOf(scope, end, now),
    pays(end, ttl) {
      if (price === undefined) return false;
      const isVarying = end.layer === "turn" || (end.layer === "system" && hasRelease);
      const said = isVarying ? null : policy.expectedReads;
      return paysToWrite(price, ttl, said ?? book.expectedReads(scope, end, { ttl, now }));
    },
  };
  const marks = chooseMarks(outline, terms);
  return { scope, outline, marks, expected: expectedOf(marks, terms), at: now };
}

/** The longest beginning that the provider should find. */
const expectedOf = (marks: readonly PrefixMark[], { stateOf }: MarkTerms): SentPrefix["expected"] =>
  marks.findLast(({ end }) => stateOf(end).type === "warm")?.end ?? null;

/** The release's prompt: its leading texts of the system stand apart from the messages that follow them. */
function ownPartOf({ placement }: OpenCall): OwnPart {
  const messages = placement?.release.content.prompt?.messages ?? [];
  const first = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  const system = first < 0 ? messages.length : first;
  return { system, messages: messages.length - system };
}
