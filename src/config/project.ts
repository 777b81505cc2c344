import type { AlertSettings } from "../domain/alerts/alert-settings.ts";
import type { IncidentPolicy } from "../domain/incidents/follow-alerts.ts";
import type { ReportSettings } from "../domain/reports/report-settings.ts";
import type { StatusPageSettings } from "../domain/status/status-page.ts";
import type { FreezeWindow } from "../domain/access/freeze-window.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { FlagSet } from "../domain/flags/flag.ts";
import type { BalanceStrategy } from "../domain/health/balance.ts";
import type { BreakerPolicy } from "../domain/health/circuit.ts";
import type { SimulatedModelSettings } from "../domain/call/simulated-model-settings.ts";
import type { TokenPrice } from "../domain/money/price.ts";
import type { ReleaseContent } from "../domain/release/release.ts";
import type { ResultPolicies } from "../domain/results/result-policy.ts";
import type { RolloutPlan } from "../domain/rollout/plan.ts";
import type { Rate } from "../domain/limits/limit-rule.ts";
import type { ShedThresholds } from "../domain/limits/shedding.ts";
import type { TelemetrySettings } from "../domain/telemetry/telemetry-settings.ts";
import type { SessionSource } from "../domain/traffic/assignment.ts";
import type { MeterSettings } from "./build/build-meters.ts";
import type { Retirement } from "./retirements.ts";

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
  /** The most that the model can answer by the catalogue, tokens; absent where it does not know. */
  readonly maxOutput?: number;
  /** The fewest tokens of a beginning that its prompt cache keeps; absent where nobody knows. */
  readonly cacheMinimum?: number;
  readonly price: TokenPrice;
}

/** A simulated model as configured. */
export type SimulatedModel = ModelSettings & SimulatedModelSettings;

/** A provider that speaks the OpenAI wire, whatever kind it was declared as. */
export interface OpenAiCompatibleSettings {
  readonly kind: "openai-compatible";
  readonly name: string;
  readonly baseUrl: string;
  /** How the key is sent: as a bearer token or, for Azure, in the header `api-key`. */
  readonly keyHeader: "bearer" | "api-key";
  /** Version of Azure's API whose paths name the deployment; `null` is the plain path. */
  readonly deploymentsApi: string | null;
  /** Environment variables that hold the keys, used in turn; empty when the provider takes none. */
  readonly keyEnvs: readonly string[];
  /** The circuit breaker of each model; `null` is off. */
  readonly breaker: BreakerPolicy | null;
  /** Sent with every request; never credentials. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly models: ReadonlyMap<string, ModelSettings>;
  /** Whether the provider takes `stream_options.include_usage`. */
  readonly streamUsage: boolean;
  /** Fields of a chat completion that it refuses or leaves out of account. */
  readonly unknown: readonly string[];
  /** Whether it takes `prompt_cache_key`. */
  readonly promptCacheKey: boolean;
  /** The dialects of conversations that it takes; others are translated to the first. */
  readonly speaks: readonly ("openai-chat" | "openai-responses")[];
  /** Whether it may be reached at a private or loopback address. */
  readonly allowPrivate: boolean;
}

/** A provider that speaks the Anthropic wire. */
export interface AnthropicSettings {
  readonly kind: "anthropic";
  readonly name: string;
  /** `null` is the provider's own address. */
  readonly baseUrl: string | null;
  /** At least one. */
  readonly keyEnvs: readonly string[];
  readonly breaker: BreakerPolicy | null;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly allowPrivate: boolean;
}

/** What the providers of the larger vendors share. */
interface CloudSettings {
  readonly name: string;
  /** `null` is the vendor's own address. */
  readonly baseUrl: string | null;
  readonly breaker: BreakerPolicy | null;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly allowPrivate: boolean;
}

/** Google's Gemini API. */
export interface GeminiSettings extends CloudSettings {
  readonly kind: "gemini";
  readonly keyEnvs: readonly string[];
}

/** Gemini models on Google Cloud. */
export interface VertexSettings extends CloudSettings {
  readonly kind: "vertex";
  readonly project: string;
  readonly location: string;
  /** The variable that holds the path of a service account's key file, or its JSON. */
  readonly credentialsEnv: string;
}

/** Environment variables of AWS credentials; the one of the session token may be unset. */
export interface AwsSettings {
  readonly region: string;
  readonly accessKeyEnv: string;
  readonly secretKeyEnv: string;
  readonly sessionTokenEnv: string;
}

/** AWS Bedrock. With `keyEnvs` its API keys are used, without them the AWS credentials. */
export interface BedrockSettings extends CloudSettings, AwsSettings {
  readonly kind: "bedrock";
  readonly keyEnvs: readonly string[];
}

/** Cohere. */
export interface CohereSettings extends CloudSettings {
  readonly kind: "cohere";
  readonly keyEnvs: readonly string[];
}

/** SageMaker endpoints that speak the OpenAI wire; a model's id is the endpoint's name. */
export interface SageMakerSettings extends CloudSettings, AwsSettings {
  readonly kind: "sagemaker";
}

/** A GGUF model that Rollward runs itself. */
export interface GgufModelSettings extends ModelSettings {
  readonly file: string;
  readonly contextTokens: number;
}

/** Models in processes of Rollward's own. */
export interface LocalGgufSettings {
  readonly kind: "local-gguf";
  readonly name: string;
  readonly breaker: BreakerPolicy | null;
  readonly models: ReadonlyMap<string, GgufModelSettings>;
  /** Calls that a model answers at the same time. */
  readonly parallel: number;
  /** Per model; 0 is one less than there are processors. */
  readonly threads: number;
}

/** The simulated provider. */
export interface SimulatedSettings {
  readonly kind: "simulated";
  readonly name: string;
  readonly breaker: BreakerPolicy | null;
  readonly models: ReadonlyMap<string, SimulatedModel>;
  readonly seed: number;
}

/** One provider of a project. */
export type ProviderSettings =
  | OpenAiCompatibleSettings
  | AnthropicSettings
  | GeminiSettings
  | VertexSettings
  | BedrockSettings
  | CohereSettings
  | SageMakerSettings
  | LocalGgufSettings
  | SimulatedSettings;

/** Several providers that serve the same models under the same ids. */
export interface PoolSettings {
  readonly name: string;
  readonly balance: BalanceStrategy;
  /** Names of providers with their weights; at least one. */
  readonly members: ReadonlyMap<string, number>;
  /** Ids of the models that every member has. */
  readonly models: readonly string[];
}

/** One endpoint of a project: the content of its next release and how that goes out. */
export interface EndpointSettings {
  readonly name: string;
  readonly description: string;
  readonly content: ReleaseContent;
  readonly plan: RolloutPlan;
  /** Whether the policy says in words that cost is required, so that it stays so where nothing costs anything. */
  readonly isCostRequired: boolean;
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
  /** Connections from one address at the same time; of IPv6 its first 64 bits count. */
  readonly connectionsPerAddress: number;
  /** Most that kept answers take in one process, bytes. */
  readonly cacheBytes: number;
  /** Most that results of tools and retrieved passages take in one process, bytes. */
  readonly resultBytes: number;
  /** Whether the limits of providers are learnt from their answers. */
  readonly learned: boolean;
  /** From where on calls are refused so that others are served in time; `null` is nowhere. */
  readonly shedAt: ShedThresholds | null;
}

/** A project without mistakes: everything rollward.yaml and its files say. Holds no secret. */
export interface Project {
  readonly environment: string;
  /** Which releases go out there: those that are applied, or only those that are promoted. */
  readonly releases: "applied" | "promoted";
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  readonly pools: ReadonlyMap<string, PoolSettings>;
  readonly endpoints: ReadonlyMap<string, EndpointSettings>;
  /** Further names by which applications may call an endpoint or `provider/model`. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly limits: Limits;
  /** Whose results of tools and retrieved passages are kept. */
  readonly results: ResultPolicies;
  /** What calls are measured by; `null` where they are not. */
  readonly meters: MeterSettings | null;
  /** Feature flags, and the conditions that they share. */
  readonly flags: FlagSet;
  /** Pages whose scripts may ask for flags, by their origin. */
  readonly flagOrigins: readonly string[];
  /** How often a key may ask for flags; `null` is as often as it likes. */
  readonly evaluations: Rate | null;
  /** How much a key may send of feedback and metrics. */
  readonly feedbackRate: Rate;
  /** Rules that stop calls by themselves. */
  readonly pauses: readonly PauseRule[];
  /** What people are told of, and who. */
  readonly alerts: AlertSettings;
  /** When alerts open incidents. */
  readonly incidents: IncidentPolicy;
  /** What the public is shown; `null` where nothing is. */
  readonly statusPage: StatusPageSettings | null;
  /** Who gets weekly and monthly reports. */
  readonly reports: readonly ReportSettings[];
  /** Times in which nothing is released. */
  readonly freezes: readonly FreezeWindow[];
  /** What the server tells of itself and its calls; absent is what `DEFAULT_TELEMETRY` says. */
  readonly telemetry?: TelemetrySettings;
  /** Full days for which the facts of calls are kept. */
  readonly retainFactsDays: number;
  /** SHA-256 of all prices in canonical form, 64 hex digits. */
  readonly priceVersion: string;
  /** Of the catalogue that gave the prices which are not written. */
  readonly catalogueVersion: string;
  /** Declared models with a day from which they may no longer answer, soonest first. */
  readonly retirements: readonly Retirement[];
}
