import { posix } from "node:path";
import type { Json, JsonObject } from "../domain/json.ts";
import type { TokenPrice } from "../domain/money/price.ts";
import type { ReleaseContent, Tool } from "../domain/release/release.ts";
import { DEFAULT_PLAN, checkPlan } from "../domain/rollout/open-rollout.ts";
import type { MetricPlan, RolloutPlan, Step } from "../domain/rollout/plan.ts";
import { canonicalJson } from "../kit/canonical-json.ts";
import { sha256Hex } from "../kit/hash.ts";
import { readPrompt } from "./content/read-prompt.ts";
import type { EndpointSettings, LoadResult, Mistake, Project, ProjectFiles, ProviderSettings } from "./project.ts";
import { configSchema, DEFAULT_ENVIRONMENT, DEFAULT_LIMITS } from "./schema/config-schema.ts";
import type { ConfigInput } from "./schema/config-schema.ts";
import { DEFAULT_RETAIN_DAYS, DEFAULT_TIMEOUTS } from "./schema/endpoint-schema.ts";
import type { EndpointInput } from "./schema/endpoint-schema.ts";
import { mistakesOf } from "./schema/issues.ts";
import type { PriceInput, ProviderInput } from "./schema/provider-schema.ts";
import { METRIC_FALLBACKS, METRIC_KEYS } from "./schema/rollout-schema.ts";
import type { RolloutInput, StepInput } from "./schema/rollout-schema.ts";
import { mistake, sortMistakes } from "./source/mistakes.ts";
import { readYaml } from "./source/yaml-file.ts";
import type { Path, YamlFile } from "./source/yaml-file.ts";
import { byCloseness } from "./suggest.ts";

/** Reads a project from its files; all mistakes at once, or the whole project. Pure. */
export function loadProject(bundle: ProjectFiles): LoadResult {
  return new Loader(bundle).load();
}

class Loader {
  readonly #bundle: ProjectFiles;
  readonly #mistakes: Mistake[] = [];
  readonly #missing = new Set<string>();
  #yaml!: YamlFile;

  constructor(bundle: ProjectFiles) {
    this.#bundle = bundle;
  }

  load(): LoadResult {
    const text = this.#bundle.files.get(this.#bundle.main);
    if (text === undefined) return { ok: false, mistakes: [], missing: [this.#bundle.main] };
    this.#yaml = readYaml(this.#bundle.main, text);
    this.#mistakes.push(...this.#yaml.mistakes);
    const parsed = this.#yaml.value === undefined ? null : configSchema.safeParse(this.#yaml.value);
    if (parsed !== null && !parsed.success) {
      this.#mistakes.push(...mistakesOf(parsed.error.issues, configSchema, { file: this.#yaml }));
    }
    const project = parsed?.success === true ? this.#project(parsed.data) : null;
    if (project === null || this.#mistakes.length > 0) {
      return { ok: false, mistakes: sortMistakes(this.#mistakes), missing: [...this.#missing] };
    }
    return { ok: true, project };
  }

  #project(config: ConfigInput): Project {
    const providers = new Map(Object.entries(config.providers).map(([name, one]) => [name, providerOf(name, one)]));
    const endpoints = new Map<string, EndpointSettings>();
    for (const [name, one] of Object.entries(config.endpoints)) {
      endpoints.set(name, this.#endpoint(name, one, providers));
    }
    const prices = [...providers.values()].map(({ name, models }) => [
      name,
      [...models].map(([model, { price }]) => [model, Object.values(price).map(String)]),
    ]);
    const { limits } = config;
    return {
      environment: config.environment ?? DEFAULT_ENVIRONMENT,
      providers,
      endpoints,
      limits: {
        bodyBytes: limits?.body_bytes ?? DEFAULT_LIMITS.bodyBytes,
        answerBytes: limits?.answer_bytes ?? DEFAULT_LIMITS.answerBytes,
        inFlight: limits?.in_flight ?? DEFAULT_LIMITS.inFlight,
      },
      priceVersion: sha256Hex(canonicalJson(prices)),
    };
  }

  #endpoint(name: string, input: EndpointInput, providers: ReadonlyMap<string, ProviderSettings>): EndpointSettings {
    const path: Path = ["endpoints", name];
    const prompt = input.prompt === undefined ? null : this.#prompt(input.prompt, [...path, "prompt"]);
    const models = input.models.map((text, index) => this.#model(text, [...path, "models", index], providers));
    const tools = (input.tools ?? []).flatMap((file, index) => this.#tool(file, [...path, "tools", index]));
    const { timeouts } = input;
    const content: ReleaseContent = {
      format: "rollward.release/1",
      endpoint: name,
      prompt,
      models,
      parameters: (input.parameters ?? {}) as Readonly<Record<string, Json>>,
      tools,
      policies: {
        record: input.record ?? "exact",
        retainBodiesDays: input.retain_bodies ?? DEFAULT_RETAIN_DAYS,
        timeouts: {
          connectMs: timeouts?.connect ?? DEFAULT_TIMEOUTS.connectMs,
          firstTokenMs: timeouts?.first_token ?? DEFAULT_TIMEOUTS.firstTokenMs,
          idleMs: timeouts?.idle ?? DEFAULT_TIMEOUTS.idleMs,
          totalMs: timeouts?.total ?? DEFAULT_TIMEOUTS.totalMs,
        },
      },
    };
    const plan = planOf(input.rollout);
    for (const flaw of checkPlan(plan)) {
      this.#mistakes.push(mistake(this.#yaml.keyAt([...path, "rollout"]), { message: flaw, fix: "correct the rollout policy" }));
    }
    return {
      name,
      description: input.description ?? "",
      content,
      plan,
      sessions: input.sessions ?? ["header", "metadata", "fingerprint", "call"],
    };
  }

  #prompt(file: string, path: Path): ReleaseContent["prompt"] {
    const text = this.#read(file, path);
    if (text === null) return null;
    const { prompt, mistakes } = readPrompt(this.#resolve(file), text);
    this.#mistakes.push(...mistakes);
    return prompt;
  }

  #tool(file: string, path: Path): Tool[] {
    const text = this.#read(file, path);
    if (text === null) return [];
    const yaml = readYaml(this.#resolve(file), text);
    this.#mistakes.push(...yaml.mistakes);
    const value = yaml.value as { name?: unknown; description?: unknown; parameters?: unknown; strict?: unknown } | undefined;
    if (typeof value?.name !== "string") {
      this.#mistakes.push(mistake(yaml.valueAt([]), { message: "the tool has no name", fix: "add `name: lookup_order`" }));
      return [];
    }
    return [
      {
        name: value.name,
        description: typeof value.description === "string" ? value.description : "",
        parameters: (value.parameters ?? { type: "object" }) as JsonObject,
        strict: typeof value.strict === "boolean" ? value.strict : null,
      },
    ];
  }

  #model(text: string, path: Path, providers: ReadonlyMap<string, ProviderSettings>): { provider: string; model: string } {
    const slash = text.indexOf("/");
    const provider = text.slice(0, Math.max(slash, 0));
    const model = text.slice(slash + 1);
    const known = [...(providers.get(provider)?.models.keys() ?? [])];
    if (!known.includes(model)) {
      const options = known.length > 0 ? byCloseness(model, known).map((one) => `${provider}/${one}`) : [...providers.keys()].map((one) => `${one}/…`);
      const reason = /(^|[-:@])latest$/.test(model) ? "is not pinned" : "is not declared";
      this.#mistakes.push(
        mistake(this.#yaml.valueAt(path), { message: `model "${text}" ${reason}; use one of ${options.join(", ")}`, fix: `write one of ${options.join(", ")}, or declare it under \`providers\` with its price` }),
      );
    }
    return { provider, model };
  }

  #resolve(file: string): string {
    return posix.join(posix.dirname(this.#bundle.main), file);
  }

  #read(file: string, path: Path): string | null {
    const place = this.#yaml.valueAt(path);
    if (file.startsWith("/") || posix.normalize(file).startsWith("..") || file.includes("\\")) {
      this.#mistakes.push(mistake(place, { message: `"${file}" lies outside the project`, fix: "move it below the directory of rollward.yaml" }));
      return null;
    }
    const full = this.#resolve(file);
    const text = this.#bundle.files.get(full);
    if (text !== undefined) return text;
    this.#missing.add(full);
    const reason = this.#bundle.unreadable?.get(full) ?? "it is not there";
    this.#mistakes.push(mistake(place, { message: `the file "${file}" cannot be read: ${reason}`, fix: "correct the path, or create the file" }));
    return null;
  }
}

const priceOf = (price: PriceInput): TokenPrice => ({
  input: price.input,
  cachedInput: price.cached_input ?? price.input,
  cacheWrite: price.cache_write ?? price.input,
  output: price.output,
  reasoning: price.reasoning ?? price.output,
});

function providerOf(name: string, input: ProviderInput): ProviderSettings {
  if (input.kind === "simulated") {
    const models = Object.entries(input.models).map(([id, model]) => {
      const { failures, first_token, between_tokens, answer_tokens } = model;
      const settings = {
        price: priceOf(model.price),
        firstTokenMs: first_token,
        betweenTokensMs: between_tokens,
        answerTokens: answer_tokens,
        quality: model.quality,
        failures: {
          rateLimited: failures.rate_limited,
          serverError: failures.server_error,
          hang: failures.hang,
          cut: failures.cut,
          stall: failures.stall,
          malformed: failures.malformed,
          refusal: failures.refusal,
          retryAfterSeconds: Math.ceil(failures.retry_after / 1000),
        },
      };
      return [id, settings] as const;
    });
    return { kind: "simulated", name, seed: input.seed, models: new Map(models) };
  }
  const models = new Map(Object.entries(input.models).map(([id, { price }]) => [id, { price: priceOf(price) }]));
  const allowPrivate = input.allow_private ?? false;
  if (input.kind === "anthropic") {
    return { kind: "anthropic", name, baseUrl: input.base_url ?? null, keyEnv: input.key_env, models, allowPrivate };
  }
  return {
    kind: "openai-compatible",
    name,
    baseUrl: input.base_url,
    keyEnv: input.key_env ?? null,
    headers: input.headers ?? {},
    models,
    streamUsage: input.stream_usage ?? true,
    allowPrivate,
  };
}

function planOf(input: RolloutInput | undefined): RolloutPlan {
  if (input === undefined) return DEFAULT_PLAN;
  return {
    strategy: input.strategy ?? DEFAULT_PLAN.strategy,
    steps: input.steps?.map(stepOf) ?? DEFAULT_PLAN.steps,
    metrics: metricsOf(input.metrics),
    alpha: input.alpha ?? DEFAULT_PLAN.alpha,
    beta: input.beta ?? DEFAULT_PLAN.beta,
    mode: input.mode ?? DEFAULT_PLAN.mode,
    window: {
      turns: input.window?.turns ?? DEFAULT_PLAN.window.turns,
      withinMs: input.window?.within ?? DEFAULT_PLAN.window.withinMs,
    },
    onInconclusive: input.on_inconclusive ?? DEFAULT_PLAN.onInconclusive,
    deadlineMs: input.deadline ?? DEFAULT_PLAN.deadlineMs,
    onNewRelease: input.on_new_release ?? DEFAULT_PLAN.onNewRelease,
    drainMs: input.drain ?? DEFAULT_PLAN.drainMs,
    noDataMs: input.no_data ?? DEFAULT_PLAN.noDataMs,
  };
}

function stepOf(input: StepInput): Step {
  const section = typeof input === "number" ? { weight: input } : input;
  const { weight } = section;
  const base = DEFAULT_PLAN.steps.findLast((step) => step.weight <= weight && step.weight < 1) ?? DEFAULT_PLAN.steps[0];
  const isLast = weight >= 1;
  return {
    weight,
    minDurationMs: section.min_duration ?? (isLast ? 0 : (base?.minDurationMs ?? 0)),
    minSessions: section.min_sessions ?? (isLast ? 0 : (base?.minSessions ?? 0)),
    approval: section.approval ?? false,
  };
}

function metricsOf(input: RolloutInput["metrics"]): readonly MetricPlan[] {
  const chosen: (Omit<MetricPlan, "share"> & { share: number | null; weight: number })[] = [];
  for (const [key, metric] of Object.entries(METRIC_KEYS) as [keyof typeof METRIC_KEYS, MetricPlan["metric"]][]) {
    const known = DEFAULT_PLAN.metrics.find((one) => one.metric === metric);
    const given = input?.[key];
    if (given === false || (given === undefined && known === undefined)) continue;
    const section = typeof given === "object" ? given : {};
    const base = known ?? METRIC_FALLBACKS;
    const cap = "cap_usd" in section ? section.cap_usd : undefined;
    chosen.push({
      metric,
      harmRatio: section.harm ?? base.harmRatio,
      noWorseRatio: section.no_worse ?? base.noWorseRatio,
      required: section.required ?? base.required,
      capPico: cap === undefined ? null : Number(cap),
      share: section.share ?? null,
      weight: known?.share ?? 1 / 3,
    });
  }
  const given = chosen.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const rest = chosen.reduce((sum, { share, weight }) => sum + (share === null ? weight : 0), 0);
  return chosen.map(({ weight, share, ...one }) => ({ ...one, share: share ?? ((1 - given) * weight) / rest }));
}
