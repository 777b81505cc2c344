import type { TokenPrice } from "../domain/money/price.ts";
import type { ReleaseContent } from "../domain/release/release.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { SessionSource } from "../domain/traffic/assignment.ts";

/** The files of a project as text, by path with forward slashes. */
export interface ProjectFiles {
  /** Path of rollward.yaml among `files`; its directory is the project's. */
  readonly main: string;
  readonly files: ReadonlyMap<string, string>;
  /** Files that are there but could not be read, with the reason; they count as missing. */
  readonly unreadable?: ReadonlyMap<string, string>;
}

/** Something wrong in a project, with its place (line and column count from 1) and what to do about it. */
export interface Mistake {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** What loading gives: the whole project, or everything that is wrong with it. */
export type LoadResult =
  | { readonly ok: true; readonly project: Project }
  /** `missing` lists files that the project refers to and the bundle lacks; each is a mistake as well. */
  | { readonly ok: false; readonly mistakes: readonly Mistake[]; readonly missing: readonly string[] };

/** A model as configured at its provider. */
export interface ModelSettings {
  readonly price: TokenPrice;
}

/** Lognormal: `median` in the unit of the field's name, `sigma` of the logarithm. */
export interface Spread {
  readonly median: number;
  readonly sigma: number;
}

/** How a simulated model behaves. Probabilities in [0, 1], each per call. */
export interface SimulatedModelSettings extends ModelSettings {
  readonly firstTokenMs: Spread;
  readonly betweenTokensMs: Spread;
  readonly answerTokens: Spread;
  /** Share of good answers in [0, 1]. */
  readonly quality: number;
  readonly failures: {
    readonly rateLimited: number;
    readonly serverError: number;
    readonly hang: number;
    readonly cut: number;
    readonly stall: number;
    readonly malformed: number;
    readonly refusal: number;
    readonly retryAfterSeconds: number;
  };
}

/** A provider that speaks the OpenAI wire. */
export interface OpenAiCompatibleSettings {
  readonly kind: "openai-compatible";
  readonly name: string;
  readonly baseUrl: string;
  /** Environment variable that holds the key; `null` when the provider takes none. */
  readonly keyEnv: string | null;
  /** Sent with every request; never credentials. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly models: ReadonlyMap<string, ModelSettings>;
  /** Whether the provider takes `stream_options.include_usage`. */
  readonly streamUsage: boolean;
  /** Whether it may be reached at a private or loopback address. */
  readonly allowPrivate: boolean;
}

/** A provider that speaks the Anthropic wire. */
export interface AnthropicSettings {
  readonly kind: "anthropic";
  readonly name: string;
  /** `null` is the provider's own address. */
  readonly baseUrl: string | null;
  readonly keyEnv: string;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly allowPrivate: boolean;
}

/** The simulated provider. */
export interface SimulatedSettings {
  readonly kind: "simulated";
  readonly name: string;
  readonly models: ReadonlyMap<string, SimulatedModelSettings>;
  readonly seed: number;
}

/** One provider of a project. */
export type ProviderSettings = OpenAiCompatibleSettings | AnthropicSettings | SimulatedSettings;

/** One endpoint of a project: the content of its next release and how that goes out. */
export interface EndpointSettings {
  readonly name: string;
  readonly description: string;
  readonly content: ReleaseContent;
  readonly plan: RolloutPlan;
  /** The order in which a session's identity is looked for. */
  readonly sessions: readonly SessionSource[];
}

/** Bounds of the server. */
export interface Limits {
  /** Largest request body in bytes. */
  readonly bodyBytes: number;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  /** Calls under way at the same time. */
  readonly inFlight: number;
}

/** A project without mistakes: everything rollward.yaml and its files say. Holds no secret. */
export interface Project {
  readonly environment: string;
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  readonly endpoints: ReadonlyMap<string, EndpointSettings>;
  readonly limits: Limits;
  /** SHA-256 of all prices in canonical form, 64 hex digits. */
  readonly priceVersion: string;
}
