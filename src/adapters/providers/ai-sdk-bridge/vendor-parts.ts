import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CacheTtl, CanonicalRequest, ReasoningOrigin, ReasoningPart } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";

/** What belongs to a piece of reasoning and means something to its vendor alone. */
export interface Opaque {
  readonly signature: string | null;
  readonly data: string | null;
}

/** Settings that the AI SDK's common options have no word for. */
export type OwnSetting =
  | "parallelToolCalls"
  | "reasoningTokens"
  | "verbosity"
  | "topLogprobs"
  | "serviceTier"
  | "user"
  | "strictSchema"
  | "strictTools";

/** What a vendor has a place for beyond plain text, images and tools. */
export interface VendorParts {
  /** Settings that its own options carry; the others are refused. */
  readonly settings: ReadonlySet<OwnSetting>;
  readonly documents: boolean;
  readonly audio: boolean;
  /** Whether a tool's result may hold images and documents. */
  readonly toolResultFiles: boolean;
  /** Whether its wire can say that a tool failed; where it cannot, the result says so in words. */
  readonly toolFailures: boolean;
  /**
   * `before-call`: a piece of reasoning without text is the signature of the tool call or text that follows it.
   * `block`: it stands for itself. `none`: reasoning cannot be sent back.
   */
  readonly reasoning: "before-call" | "block" | "none";
  /** Whose reasoning a model makes and takes back; `null` where it makes none that is opaque. */
  reasons(model: string): ReasoningOrigin | null;
  /** Opaque reasoning as the options of the part that it goes with. */
  opaqueOptions(part: ReasoningPart): SharedV4ProviderOptions;
  /** The opposite; `null` where there is none. */
  opaqueOf(metadata: SharedV4ProviderMetadata | undefined): Opaque | null;
  /** The tier of service that an answer names, in Rollward's words; `null` where it names none. */
  tierOf(metadata: SharedV4ProviderMetadata | undefined): string | null;
  /** How many of the tokens that an answer's request wrote to a prompt cache were written for an hour. */
  hourTokensOf(metadata: SharedV4ProviderMetadata | undefined): number;
  /** What a model thought that the SDK leaves out: in one raw event of a stream, or in a whole raw answer. Absent: it leaves out nothing. */
  thoughtIn?(raw: unknown): string | null;
  /** The mark of a prefix to be kept; `null` where the vendor has none. */
  cacheOptions(ttl: CacheTtl): SharedV4ProviderOptions | null;
}

/** A vendor with nothing beyond the common. */
export const PLAIN_PARTS: VendorParts = {
  settings: new Set(),
  documents: false,
  audio: false,
  toolResultFiles: false,
  toolFailures: false,
  reasoning: "none",
  reasons: () => null,
  opaqueOptions: () => ({}),
  opaqueOf: () => null,
  tierOf: () => null,
  hourTokensOf: () => 0,
  cacheOptions: () => null,
};

/** A text member of a vendor's metadata; `null` when there is none. */
export function textIn(
  metadata: SharedV4ProviderMetadata | undefined,
  names: readonly string[],
  member: string,
): string | null {
  for (const name of names) {
    const value = metadata?.[name]?.[member];
    if (typeof value === "string") return value;
  }
  return null;
}

/** The error of a field that a provider has no place for. */
export const untranslatable = (field: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field, provider, param: field });

const FIELDS: Readonly<Record<OwnSetting, readonly [field: string, isSet: (request: CanonicalRequest) => boolean]>> = {
  parallelToolCalls: ["parallel_tool_calls", ({ parallelToolCalls: given }) => given === false],
  reasoningTokens: ["thinking.budget_tokens", ({ reasoningTokens: given }) => given !== null],
  verbosity: ["verbosity", ({ verbosity: given }) => given !== null],
  topLogprobs: ["logprobs", ({ topLogprobs: given }) => given !== null],
  serviceTier: ["service_tier", ({ serviceTier: given }) => asksForTier(given)],
  user: ["user", ({ user: given }) => given !== null],
  strictSchema: [
    "response_format.json_schema.strict",
    ({ responseFormat: given }) => given?.type === "json-schema" && given.strict === true,
  ],
  strictTools: ["tools.function.strict", ({ tools }) => tools.some(({ strict }) => strict === true)],
};

/** `auto` and `default` are what a vendor without tiers gives everybody. */
const asksForTier = (tier: string | null): boolean => tier !== null && tier !== "auto" && tier !== "default";

/** Throws `untranslatable` for the first setting that the vendor has no place for. */
export function refuseUnplaced(request: CanonicalRequest, { settings }: VendorParts, provider: string): void {
  for (const [setting, [field, isSet]] of Object.entries(FIELDS)) {
    if (isSet(request) && !settings.has(setting as OwnSetting)) throw untranslatable(field, provider);
  }
}
