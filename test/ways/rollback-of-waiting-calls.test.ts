import { afterEach, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { routesInForce } from "../fixtures/routes-in-force.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

afterEach(async () => {
  await server.stop();
  await upstream.close();
});

/** A call of 20 tokens sets aside $60 at the first model and $40 at the second, and costs $21 or $14. */
const MODELS = "{ m-1: { price: { input: 1, output: 3000000 } }, m-2: { price: { input: 1, output: 2000000 } } }";

/** Sessions are drawn by chance: all but one of ten thousand get the candidate, for whose calls the tests wait. */
const WEIGHT = 0.9999;

interface Served {
  readonly model?: string;
  readonly topP?: number;
  readonly more?: string;
}

const project = (meters: string, { model = "m-1", topP = 1, more = "" }: Served = {}): Record<string, string> => ({
  "rollward.yaml": `providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    models: ${MODELS}
endpoints:
  bot:
    models: [up/${model}]${more}
    parameters: { top_p: ${topP} }
    rollout: { steps: [{ weight: ${100 * WEIGHT}%, min_duration: 1h }, 100%], metrics: { latency: false, cost: false } }
${meters}
`,
});

const CAP = "limits: { rates: { one: { per: environment, concurrent: 1 } }, queue: { wait: 5m } }";
/** Room for two of the candidate's calls at a time, and for one of stable's. */
const BUDGET = `limits: { queue: { wait: 5m } }
budgets: { one: { per: environment, window: total, amount: 119, at_limit: queue } }`;

/** A cap on the model itself, which the call comes to when everything else is behind it. */
const CAP_OF_MODEL = "limits: { rates: { one: { per: model, concurrent: 1 } }, queue: { wait: 5m } }";

interface Turn {
  readonly role: "user";
  readonly content: string;
}

interface Recorded {
  readonly release: string;
  readonly cost_pico: string;
  readonly attempts: readonly { readonly cost_pico: string }[];
}

const HELLO: readonly Turn[] = [{ role: "user", content: "Hello" }];

/** Too long for a window of 2,000 tokens. */
const LONG: readonly Turn[] = Array.from({ length: 21 }, (_, index) => ({
  role: "user",
  content: `${index} ${"parcel ".repeat(80)}`,
}));

async function releaseFor(session: string, messages = HELLO): Promise<string | null> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "bot", max_tokens: 20, messages }),
  });
  await response.arrayBuffer();
  return response.headers.get("x-rollward-release");
}

const rolloutIs = (id: string, expected: object): Promise<void> =>
  expect.poll(async () => (await server.ask("GET", `/api/rollouts/${id}`)).body).toMatchObject(expected);

const waitingNow = (): number => server.server.house.gateway.waiting.counts().calls;

async function startRollout(meters: string, candidate: Served = {}): Promise<string> {
  upstream = await startCountingUpstream();
  server = await startServer(project(meters), { environment: { TEST_KEY: "sk-test" } });
  const path = writeProject(project(meters, { topP: 0.9, ...candidate }));
  const { endpoints } = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  const rollout = endpoints[0]?.rollout ?? "";
  await rolloutIs(rollout, { weight: WEIGHT });
  await routesInForce(server);
  return rollout;
}

async function rollBack(rollout: string): Promise<void> {
  const wish = { command: "rollback", reason: "The test says so." };
  await server.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
  await rolloutIs(rollout, { weight: 0 });
  await routesInForce(server);
}

test("calls that waited while their rollout was taken back do not get its candidate", async () => {
  const rollout = await startRollout(CAP);
  const letGo = upstream.hold();
  const asked = upstream.nextRequest();
  const first = releaseFor("first");
  await asked;
  const waiting = Array.from({ length: 8 }, (_, index) => releaseFor(`waiting-${index}`));
  await expect.poll(waitingNow).toBe(8);
  await rollBack(rollout);
  letGo();

  await first;
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["bot@1"]));
});

test("nor do those that waited for their budget, which sets aside what stable's model may cost", async () => {
  const rollout = await startRollout(BUDGET, { model: "m-2" });
  const letFirstGo = upstream.hold();
  const first = [releaseFor("one"), releaseFor("two")];
  await expect.poll(() => upstream.asked.length).toBe(2);
  const waiting = [releaseFor("three"), releaseFor("four")];
  await expect.poll(waitingNow).toBe(2);
  await rollBack(rollout);
  const letGo = upstream.hold();
  letFirstGo();

  await Promise.all(first);
  await expect.poll(() => upstream.asked.length).toBe(3);
  expect(waitingNow()).toBe(1);
  letGo();
  expect(await Promise.all(waiting)).toEqual(["bot@1", "bot@1"]);
  const [, , third, fourth] = upstream.asked;
  expect([third?.body["model"], fourth?.body["model"]]).toEqual(["m-1", "m-1"]);
  await expect.poll(() => server.server.house.gateway.budgets.counts().open).toBe(0);
});

test("nor do those that waited for the model itself", async () => {
  const rollout = await startRollout(CAP_OF_MODEL);
  const letGo = upstream.hold();
  const asked = upstream.nextRequest();
  const first = releaseFor("first");
  await asked;
  const waiting = Array.from({ length: 8 }, (_, index) => releaseFor(`waiting-${index}`));
  await expect.poll(waitingNow).toBe(8);
  await rollBack(rollout);
  letGo();

  await first;
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["bot@1"]));
  expect(upstream.asked.slice(1).map(({ body }) => body["top_p"])).toEqual(Array.from({ length: 8 }, () => 1));
  await expect.poll(() => server.server.house.gateway.limiter.counts().meters).toBe(0);
});

test("and set aside anew what the other model may cost", async () => {
  const budget = "budgets: { one: { per: environment, window: total, amount: 200 } }";
  const rollout = await startRollout(`${CAP_OF_MODEL}\n${budget}`, { model: "m-2" });
  const letGo = upstream.hold();
  const asked = upstream.nextRequest();
  const first = releaseFor("first");
  await asked;
  const waiting = releaseFor("second");
  await expect.poll(waitingNow).toBe(1);
  await rollBack(rollout);
  letGo();

  await first;
  expect(await waiting).toBe("bot@1");
  expect(upstream.asked.at(-1)?.body["model"]).toBe("m-1");
  await expect.poll(() => server.server.house.gateway.budgets.counts().open).toBe(0);
});

test("nor does one whose conversation was summed up for it", async () => {
  const summarise = "\n    context: { overflow: summarise, window: 2000, summariser: up/m-2 }";
  const rollout = await startRollout("", { more: summarise });
  const letGo = upstream.hold();
  const asked = upstream.nextRequest();
  const long = releaseFor("long", LONG);
  expect((await asked).body["model"]).toBe("m-2");
  await rollBack(rollout);
  letGo();

  expect(await long).toBe("bot@1");
  expect(upstream.asked).toHaveLength(2);
  expect(upstream.asked.at(-1)?.body["messages"]).toEqual(LONG);
  await server.server.house.gateway.recorder.flush();
  const { data } = (await server.ask("GET", "/api/calls")).body as { readonly data: readonly Recorded[] };
  const [call] = data;
  const [attempt] = call?.attempts ?? [];
  expect(call?.release).toBe("bot@1");
  expect(BigInt(call?.cost_pico ?? 0)).toBeGreaterThan(BigInt(attempt?.cost_pico ?? 0));
});
