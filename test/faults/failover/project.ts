import type { ProjectText } from "../../fixtures/running-server.ts";
import type { Form, Scenario } from "./scenarios.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Timing } from "./timing.ts";

/** One scenario in one form. */
export interface Run {
  readonly scenario: Scenario;
  readonly form: Form;
}

/** Every scenario in every form, the compared form of each first. */
export const RUNS: readonly Run[] = SCENARIOS.flatMap((scenario) => scenario.forms.map((form) => ({ scenario, form })));

/** The name of a run: its endpoint, its provider, and the label of its models. */
export const nameOf = ({ scenario, form }: Run): string => `${scenario.fault}-${form}`;

/** The models of a run as the provider knows them. */
export const modelsOf = (run: Run): { readonly primary: string; readonly backup: string } => ({
  primary: `${run.scenario.fault}.${nameOf(run)}`,
  backup: `${run.scenario.backup}.${nameOf(run)}`,
});

/** The endpoint of the healthy call after a fault. */
export const ALIVE = "alive";

const PRICE = "{ price: { input: 1, output: 2 } }";

/**
 * A project in which every run has a provider, a model, a fallback model and an endpoint of its own, so that runs at the
 * same time share neither breakers nor counts. Two retries, one fallback, no cache: the baseline of the comparison.
 */
export function projectFor(baseUrl: string, timing: Timing, runs: readonly Run[] = RUNS): ProjectText {
  const provider = (name: string, models: readonly string[]): string => `  ${name}:
    kind: openai-compatible
    base_url: ${baseUrl}
    breaker: { probe_every: ${timing.probeEveryMs}ms }
    models: { ${models.map((model) => `"${model}": ${PRICE}`).join(", ")} }
`;
  const backups = [`healthy.${ALIVE}`, ...runs.map((run) => modelsOf(run).backup)];
  const providers = runs.map((run) => provider(nameOf(run), [modelsOf(run).primary])).join("");
  const endpoints = runs.map((run) => endpointFor(run, timing)).join("");
  return {
    "rollward.yaml": `environment: production
providers:
${providers}${provider("backup", backups)}endpoints:
  ${ALIVE}: { models: ["backup/healthy.${ALIVE}"] }
${endpoints}`,
  };
}

function endpointFor(run: Run, timing: Timing): string {
  const { scenario, form } = run;
  const models = modelsOf(run);
  const backup = `"backup/${models.backup}"`;
  const firstMs = scenario.lateFirstToken === true ? timing.lateFirstTokenMs : timing.requestMs;
  const lines = [
    `models: ["${nameOf(run)}/${models.primary}", ${backup}]`,
    `timeouts: { first_token: ${firstMs}ms, answer: ${firstMs}ms, idle: ${timing.idleMs}ms, total: ${timing.totalMs}ms }`,
    `retries: { attempts: 3, first_wait: ${timing.firstWaitMs}ms }`,
    ...(scenario.yaml === undefined ? [] : [scenario.yaml.replace("{backup}", backup)]),
    // More than any of these answers has: what is rescued is the whole answer.
    ...(form === "held" ? ["hold_back: { characters: 1000, time: 1m }"] : []),
  ];
  return `  ${nameOf(run)}:\n${lines.map((line) => `    ${line}\n`).join("")}`;
}
