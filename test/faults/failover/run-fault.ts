import { judge } from "./judge.ts";
import type { Verdict } from "./judge.ts";
import { observe } from "./observe.ts";
import { ALIVE, modelsOf, nameOf } from "./project.ts";
import type { Run } from "./project.ts";
import { attemptsInOutage } from "./scenarios.ts";
import type { Evidence, Form } from "./scenarios.ts";
import type { Stage } from "./stage.ts";
import { ALIVE_LIMIT_MS, OUTAGE_CALLS, SLACK_MS, TIMINGS } from "./timing.ts";

/** One fault, run and judged. */
export interface FaultResult {
  readonly id: string;
  readonly title: string;
  readonly form: Form;
  readonly verdict: Verdict;
  /** Checks that did not hold. */
  readonly missed: readonly string[];
  /** Attempts at the primary; of S15, those in the outage. */
  readonly attempts: number;
  /** From the first call sent to the last one over. */
  readonly elapsedMs: number;
  /** What the callers saw, for example `error 502 provider_cut`; each once. */
  readonly seen: readonly string[];
}

/** Sends the calls of one run through the gateway, looks whether it is alive, and judges. */
export async function runFault(stage: Stage, run: Run): Promise<FaultResult> {
  const { scenario, form } = run;
  const evidence = await evidenceOf(stage, run);
  const { verdict, missed } = judge(scenario, evidence);
  const { calls, primary } = evidence;
  const [first] = calls;
  return {
    id: scenario.id,
    title: scenario.title,
    form,
    verdict,
    missed,
    attempts: scenario.fault === "s15" ? attemptsInOutage(evidence) : primary.length,
    elapsedMs: Math.round(
      Math.max(...calls.map(({ sentAtMs, seen }) => sentAtMs + seen.elapsedMs)) - (first?.sentAtMs ?? 0),
    ),
    seen: [...new Set(calls.map(({ seen }) => describe(seen)))],
  };
}

async function evidenceOf(stage: Stage, run: Run): Promise<Evidence> {
  const { provider, profile, url } = stage;
  const timing = TIMINGS[profile.name];
  const models = modelsOf(run);
  const send = async (): Promise<Evidence["calls"][number]> => {
    const sentAtMs = provider.elapsedMs();
    const limitMs = timing.totalMs + SLACK_MS;
    return { sentAtMs, seen: await observe({ url, endpoint: nameOf(run), stream: run.form !== "whole", limitMs }) };
  };
  const calls = run.scenario.fault === "s15" ? await sendThroughOutage(stage, run, send) : [await send()];
  const [first] = calls;
  if (first === undefined) throw new Error("No call was sent.");
  const primary = provider.attemptsAt(models.primary);
  const backup = provider.attemptsAt(models.backup);
  const alive = await observe({ url, endpoint: ALIVE, stream: true, limitMs: ALIVE_LIMIT_MS });
  return { timing, form: run.form, calls, seen: first.seen, primary, backup, alive, outageMs: profile.outageMs };
}

/**
 * Twenty calls at their pace, whether answers come or not. Then more of them until the primary is used again, or may not
 * be any longer: the twenty end before the time for the return does.
 */
async function sendThroughOutage(
  { provider, profile }: Stage,
  run: Run,
  send: () => Promise<Evidence["calls"][number]>,
): Promise<Evidence["calls"]> {
  const { callEveryMs, bounds } = TIMINGS[profile.name];
  const calls = await Promise.all(
    Array.from({ length: OUTAGE_CALLS }, async (_, index) => {
      await after(index * callEveryMs);
      return send();
    }),
  );
  const attempts = () => provider.attemptsAt(modelsOf(run).primary);
  const endMs = (attempts()[0]?.atMs ?? 0) + profile.outageMs;
  while (!attempts().some(({ atMs }) => atMs >= endMs) && provider.elapsedMs() < endMs + bounds.recovery) {
    await after(callEveryMs);
    calls.push(await send());
  }
  return calls;
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function describe({ seenAs, status, error, headers }: Evidence["seen"]): string {
  const tier = headers["x-rollward-tier"];
  const by = seenAs === "whole" && typeof tier === "string" ? ` by ${tier}` : "";
  return `${seenAs}${by}${error === null ? "" : ` ${status} ${error.code}`}`;
}
