import { askProcess } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";
import type { BegunSession, Load } from "./load.ts";
import { projectText } from "./project.ts";

/** How a candidate is withdrawn: by a person at one replica, or by the machine on evidence. */
export type Way = "command" | "evidence";

/** What one withdrawal came to. */
export interface TrialResult {
  readonly way: Way;
  /** From the decision to the last new session that any replica gave to the candidate, ms; 0 when none did. */
  readonly reachedMs: number;
  /** New sessions that saw the candidate after the decision. */
  readonly sessionsAfter: number;
  /** Sessions that saw the candidate at all. */
  readonly exposed: number;
}

interface Terms {
  readonly servers: readonly ServerProcess[];
  readonly load: Load;
  readonly upstreamPort: number;
  readonly trial: number;
}

/** How often the state is asked for, ms. */
const POLL_MS = 20;
/** New sessions are watched for this long after the rollout has ended, ms. */
const AFTER_MS = 500;
/** Longest that a trial may take, ms. */
const LONGEST_MS = 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Rolls a release out to half of the sessions on every replica, withdraws it, and tells when it was gone everywhere. */
export async function runTrial(way: Way, terms: Terms): Promise<TrialResult> {
  const { servers, load } = terms;
  const [first] = servers;
  if (first === undefined) throw new Error("There is no server.");
  const rollout = await apply(first, way, terms);
  if (way === "command") {
    await everywhere(terms);
    const by = servers[terms.trial % servers.length] ?? first;
    const told = { command: "rollback", reason: "A trial." };
    await askProcess(by, { method: "POST", path: `/api/rollouts/${rollout}/commands`, body: told });
  }
  await until(async () => (await stateOf(first, rollout)) === "rolled_back", `The rollout ${rollout} did not end.`);
  const decidedAt = await decisionOf(first, rollout);
  await pause(AFTER_MS);
  return judge(way, decidedAt, await load.take());
}

function judge(way: Way, decidedAt: number, sessions: readonly BegunSession[]): TrialResult {
  const exposed = sessions.filter(({ arm }) => arm === "candidate");
  const after = exposed.filter(({ at }) => at > decidedAt);
  return {
    way,
    reachedMs: Math.max(0, ...after.map(({ at }) => at - decidedAt)),
    sessionsAfter: after.length,
    exposed: exposed.length,
  };
}

async function apply(server: ServerProcess, way: Way, { upstreamPort, trial }: Terms): Promise<string> {
  const text = projectText({ upstreamPort, trial, model: way === "evidence" ? "bad-1" : "good-1" });
  const body = { main: "rollward.yaml", files: { "rollward.yaml": text } };
  const answer = await askProcess(server, { method: "POST", path: "/api/apply", body });
  const { endpoints = [] } = (answer?.body ?? {}) as {
    readonly endpoints?: readonly { readonly rollout: string | null }[];
  };
  const rollout = endpoints[0]?.rollout;
  if (rollout === null || rollout === undefined) throw new Error(`No rollout was opened: ${JSON.stringify(answer)}`);
  return rollout;
}

/** Waits until every replica has given a new session to the candidate. */
async function everywhere({ servers, load }: Terms): Promise<void> {
  const seen = new Set<number>();
  await until(async () => {
    for (const { replica, arm } of await load.take()) if (arm === "candidate") seen.add(replica);
    return seen.size === servers.length;
  }, "The candidate did not reach every replica.");
}

async function until(isSo: () => Promise<boolean>, failure: string): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(failure);
    await pause(POLL_MS);
  }
}

async function stateOf(server: ServerProcess, rollout: string): Promise<unknown> {
  const answer = await askProcess(server, { method: "GET", path: `/api/rollouts/${rollout}` });
  return (answer?.body as { readonly state?: unknown } | undefined)?.state;
}

/** When the withdrawal was decided, epoch ms. */
async function decisionOf(server: ServerProcess, rollout: string): Promise<number> {
  const answer = await askProcess(server, { method: "GET", path: `/api/rollouts/${rollout}/events?limit=200` });
  const { data = [] } = (answer?.body ?? {}) as {
    readonly data?: readonly { readonly at: string; readonly fact: { readonly type: string } }[];
  };
  const decision = data.find(({ fact }) => fact.type === "RollbackStarted");
  if (decision === undefined) throw new Error(`The rollout ${rollout} has no decision in its log.`);
  return Date.parse(decision.at);
}
