import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { showCopies } from "../../src/contract/copies.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { says, startGateServer } from "../fixtures/gate-server.ts";
import type { AnswerGate, GateServer } from "../fixtures/gate-server.ts";
import { applyTo, startGated, viewOf, writePrograms } from "../fixtures/gated-world.ts";
import type { RolloutView } from "../fixtures/gated-world.ts";
import { ADMIN_KEY, modelText, simulatedText } from "../fixtures/running-server.ts";
import type { RunningServer, StartTerms } from "../fixtures/running-server.ts";
import { eventually } from "../fixtures/eventually.ts";

type Copies = z.output<typeof showCopies.answer>;

let servers: RunningServer[] = [];
let judge: GateServer;
const cleanUps: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  judge = await startGateServer();
});

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  await judge.close();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const LONG = modelText("long-2026-02-01").replace("median: 8", "median: 60");

const project = (model: string, rollout: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("short-2026-01-01"), LONG)}
endpoints:
  support-bot:
    models: [sim/${model}]
    rollout: ${rollout}
`,
});

interface Wanted {
  readonly pairs: string;
  readonly judge?: string;
  readonly minPairs?: number;
  readonly steps?: string;
}

/** A rollout of copies in which the judge alone decides. */
const shadowed = ({ pairs, judge: more = "", minPairs = 20, steps }: Wanted): string =>
  `{ ${steps === undefined ? "strategy: shadow" : `steps: ${steps}`}, shadow: { sample: 100%, min_duration: 0s, min_pairs: ${minPairs} }, metrics: { errors: { required: ${steps !== undefined} }, latency: false, cost: false, judge: { score: helpful, digest: judge-1, share: 90%${more}, pairs: { ${pairs} } } } }`;

const overHttp = (more = ""): string =>
  `kind: http, url: "${judge.url}", secret_env: GATE_SECRET, allow_private: true, required: true${more}`;

async function release(rollout: string, terms: StartTerms = {}): Promise<[RunningServer, string]> {
  const server = await startGated(project("short-2026-01-01", "{}"), terms);
  servers.push(server);
  const { "support-bot": id = "" } = await applyTo(server, project("long-2026-02-01", rollout));
  await copying(server, id);
  return [server, id];
}

const copying = ({ server }: RunningServer, id: string): Promise<void> =>
  vi.waitFor(
    () => {
      expect(server.house.gateway.routes.byEndpoint("support-bot")?.shadow?.rolloutId).toBe(id);
      expect(server.house.shadows.reading(id)).not.toBeNull();
    },
    { timeout: 60_000, interval: 50 },
  );

const copiesOf = async (server: RunningServer, id: string): Promise<Copies> =>
  (await server.ask("GET", `/api/rollouts/${id}/copies`)).body as Copies;

async function call({ url }: RunningServer, session: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({
      model: "support-bot",
      messages: [{ role: "user", content: `Where is parcel ${session}?` }],
    }),
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
}

/** Sessions one after the other until the rollout is somewhere, at most some. */
async function callUntil(
  server: RunningServer,
  id: string,
  isThere: (view: RolloutView) => boolean,
): Promise<RolloutView> {
  for (let number = 0; number < 1_500; number += 1) {
    await call(server, `s-${number}`);
    const view = await viewOf(server, id);
    if (isThere(view)) return view;
  }
  throw new Error(`It did not come to that: ${JSON.stringify(await viewOf(server, id))}`);
}

/** Prefers the longer answer, or the shorter one, wherever it stands. */
const byLength =
  (wish: "longer" | "shorter"): AnswerGate =>
  (response, asked, { first, second }) => {
    const [one, other] = [first, second].map((answer) => (answer as { text: string }).text.length);
    const isFirst = (one ?? 0) > (other ?? 0) === (wish === "longer");
    says({ better: isFirst ? "first" : "second", digest: "judge-1" })(response, asked, {});
  };

const asText = async (server: RunningServer, ...args: readonly string[]): Promise<string> => {
  let said = "";
  await runCli(["--url", server.url, ...args], { ROLLWARD_ADMIN_KEY: ADMIN_KEY }, (text) => (said += text));
  return said;
};

describe("a judge of pairs", () => {
  test("is asked in both orders, knows nothing of the arms, and its preference passes the stage", async () => {
    judge.answer = byLength("longer");
    const [server, id] = await release(shadowed({ pairs: overHttp(", question_usd: 0.001, budget_usd: 2") }));
    const { outcome, shadow } = await callUntil(server, id, ({ state }) => state === "completed");
    expect(outcome).toBe("observed");
    expect(shadow?.metrics.find(({ metric }) => metric === "judge")).toMatchObject({
      required: true,
      no_worse: { crossed: true },
    });
    const { judged, pairs } = await copiesOf(server, id);
    expect(judged).toMatchObject({ stable: 0, ties: 0, flipped: 0, failed: 0 });
    expect(judged?.candidate).toBeGreaterThan(5);
    expect(judged?.candidate).toBeLessThanOrEqual(pairs);
    // Two that were under way at the end are given up.
    await eventually(async () => {
      const { judged: now } = await copiesOf(server, id);
      const [pairs, spent] = [now?.candidate ?? 0, Number(now?.spent_pico) / 2e9];
      expect(spent).toBeGreaterThanOrEqual(pairs);
      expect(spent).toBeLessThanOrEqual(pairs + 2);
    });
    expect(judge.asked.every(({ isSigned }) => isSigned)).toBe(true);
    const [one] = judge.asked;
    const other = judge.asked.find(({ id: asked }) => asked === one?.id.replace(/1$/, "2"));
    expect(other?.body["first"]).toEqual(one?.body["second"]);
    expect(one?.body["request"]).toMatchObject({ messages: [{ role: "user" }] });
    expect(one?.body).toMatchObject({ endpoint: "support-bot", score: "helpful", digest: "judge-1" });
    expect(JSON.stringify(one?.body)).not.toMatch(/candidate|stable|2026-02-01|support-bot@/);
    expect(await asText(server, "rollout", "copies", id)).toMatch(
      /The judge preferred the candidate in \d+ sessions, stable in 0/,
    );
    const replayed = (await server.ask("GET", `/api/rollouts/${id}/replay`)).body as {
      decisions: { result: string }[];
    };
    expect(replayed.decisions.map(({ result }) => result)).toEqual(["same"]);
  });

  test("takes a candidate back that it likes less, before anybody was given it", async () => {
    judge.answer = byLength("shorter");
    const [server, id] = await release(
      shadowed({
        pairs: overHttp(),
        minPairs: 500,
        steps: "[{ weight: 50%, min_duration: 0s, min_sessions: 0 }, 100%]",
      }),
    );
    const view = await callUntil(server, id, ({ state }) => state === "rolled_back");
    expect(view.explanation).toContain("the judge of the copies prefers stable's answers");
    expect(await asText(server, "rollout", "explain", id)).toContain("judge of the copies");
  });

  test("that goes by the order alone proves neither: every pair is a tie", async () => {
    judge.answer = says({ better: "first" });
    const [server, id] = await release(shadowed({ pairs: overHttp(), minPairs: 1_000 }));
    for (let number = 0; number < 30; number += 1) await call(server, `s-${number}`);
    await vi.waitFor(async () => expect((await copiesOf(server, id)).judged?.flipped).toBeGreaterThan(10), {
      timeout: 60_000,
    });
    const { judged } = await copiesOf(server, id);
    expect(judged).toMatchObject({ candidate: 0, stable: 0 });
    expect(judged?.ties).toBe(judged?.flipped);
  });
});

describe("a judge of pairs that fails", () => {
  test("is counted, says why, and keeps nothing waiting", async () => {
    judge.answer = says({ oops: true }, 500);
    const optional = shadowed({ pairs: overHttp().replace("required: true", "required: false") });
    const [server, id] = await release(optional);
    await callUntil(server, id, ({ state }) => state === "completed");
    const { judged, judge_trouble: trouble } = await copiesOf(server, id);
    expect(judged).toMatchObject({ candidate: 0, stable: 0, ties: 0 });
    expect(judged?.failed).toBeGreaterThan(0);
    expect(trouble).toBe("it answered 500");
  });

  test("and another judge than the one that is named has no say", async () => {
    judge.answer = says({ better: "first", digest: "judge-2" });
    const [server, id] = await release(shadowed({ pairs: overHttp(), minPairs: 1_000 }));
    await call(server, "one");
    await vi.waitFor(
      async () => expect((await copiesOf(server, id)).judge_trouble).toBe("another judge has answered"),
      {
        timeout: 60_000,
      },
    );
  });

  test("is asked no more when its money is used up, on two servers together", async () => {
    const database = await createFreshDatabase();
    if (database === null) return;
    cleanUps.push(() => database.drop());
    judge.answer = says({ better: "tie" });
    const pairs = overHttp(", question_usd: 0.01, budget_usd: 0.21");
    const [one, id] = await release(shadowed({ pairs, minPairs: 1_000 }), { database });
    const other = await startGated({}, { database });
    servers.push(other);
    await copying(other, id);
    for (let number = 0; number < 60; number += 1) await call(number % 2 === 0 ? one : other, `s-${number}`);
    await vi.waitFor(
      async () => {
        const [here, there] = [await copiesOf(one, id), await copiesOf(other, id)];
        expect(here.judged).toEqual(there.judged);
        expect(here.judged?.ties).toBeGreaterThanOrEqual(6);
        expect([here, there].some(({ skipped }) => (skipped["judge money"] ?? 0) > 0)).toBe(true);
      },
      { timeout: 60_000 },
    );
    expect(judge.asked.length).toBeLessThanOrEqual(21);
    // What is set aside for a pair that is not asked after all counts until it is given back.
    await vi.waitFor(
      async () => {
        const { judged } = await copiesOf(one, id);
        expect(BigInt(judged?.spent_pico ?? 0)).toBeLessThanOrEqual(210_000_000_000n);
      },
      { timeout: 60_000 },
    );
    expect(judge.asked.length).toBeLessThanOrEqual(21);
    await vi.waitFor(
      () => expect(one.server.house.shadows.reading(id)).toEqual(other.server.house.shadows.reading(id)),
      { timeout: 60_000 },
    );
  });
});

test("a program of the operator's directory judges pairs too, by what stands on its standard input", async () => {
  const programs = writePrograms({
    "judge.sh": `#!/bin/sh
read question
echo "thinking about $ROLLWARD_QUESTION" >&2
case "$question" in *'"score":"helpful"'*) echo '{"better": "tie"}';; *) exit 4;; esac
`,
  });
  cleanUps.push(programs.remove);
  const pairs = "kind: command, program: judge.sh";
  const [server, id] = await release(shadowed({ pairs, minPairs: 1_000 }), { commands: programs.path });
  await call(server, "one");
  await vi.waitFor(async () => expect((await copiesOf(server, id)).judged).toMatchObject({ ties: 1, failed: 0 }), {
    timeout: 60_000,
  });
});

test("what a judge of pairs may cost is said beforehand, and one that costs without a bound is refused", async () => {
  const server = await startGated(project("short-2026-01-01", "{}"));
  servers.push(server);
  const apply = (pairs: string) =>
    server.ask("POST", "/api/apply", {
      main: "rollward.yaml",
      files: project("long-2026-02-01", shadowed({ pairs })),
      dry_run: true,
    });
  const { body } = await apply(overHttp(", question_usd: 0.002, budget_usd: 3"));
  expect(JSON.stringify(body)).toContain("has pairs of copies judged by the judge at 127.0.0.1:");
  expect(JSON.stringify(body)).toContain("two questions a pair, for 0.002 USD a question and at most 3 USD in all");
  expect(JSON.stringify((await apply(overHttp(", question_usd: 0.002"))).body)).toContain("has no budget");
  expect(JSON.stringify((await apply(overHttp(", budget_usd: 0.002"))).body)).toContain("must pay for one pair");
  expect(JSON.stringify((await apply(`kind: http, url: "http://10.0.0.5", secret_env: GATE_SECRET`)).body)).toContain(
    "allow_private",
  );
});
