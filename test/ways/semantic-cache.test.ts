import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import type { SemanticTrace } from "../../src/domain/cache/semantic-fact.ts";
import { ADMIN_KEY, writeProject } from "../fixtures/running-server.ts";
import {
  endpointText,
  isSameTopic,
  nextQuestion,
  questionAbout,
  semanticProject,
  startSemanticStage,
  TOPICS,
} from "../fixtures/semantic-stage.ts";
import type { SemanticStage, Told } from "../fixtures/semantic-stage.ts";

/** More endpoints, each with traffic of its own. */
const MORE = `${endpointText("young")}${endpointText("judgeless")}  hurried:
    models: [up/m-1]
    parameters: { temperature: 0 }
    cache: { ttl: 1h, semantic: { judge: up/judge-1, within: 10ms } }
  personal:
    models: [up/m-1]
    parameters: { temperature: 0 }
    cache: { ttl: 1h, semantic: { judge: up/judge-1, within: 5s, personal: true } }
`;

let stage: SemanticStage;

const isSemantic = ({ tier }: Told): boolean => tier === "cache:semantic";

const semanticOf = async ({ callId }: Told) => (await stage.recorded(callId)).cache?.semantic;

async function traceOf({ callId }: Told): Promise<SemanticTrace | undefined> {
  await stage.recorded(callId);
  return (await stage.server.server.house.stores.calls.facts(callId))?.cache?.semantic?.hit;
}

beforeAll(async () => {
  stage = await startSemanticStage({}, MORE);
  const opened = await stage.askUntilGroup("faq", ({ state }) => state === "open");
  if (opened === null) throw new Error("Nothing was proven after 300 questions.");
});

afterAll(() => stage.stop());

describe("before anything is proven", () => {
  test("every answer comes from the model, and audits are counted", async () => {
    for (let round = 0; round < 40; round += 1) {
      let left = 15;
      const odd = await stage.askUntil("young", ({ tier }) => tier !== "primary" || (left -= 1) === 0);
      const [group] = await stage.groups("young");
      if (group?.state === "open") {
        expect(group.audits).toBeGreaterThanOrEqual(75);
        expect(group.proven?.upper).toBeLessThanOrEqual(0.05);
        return;
      }
      expect(odd?.tier).toBe("primary");
    }
    expect("it").toBe("open in the end");
  });

  test("an audited call says what the judge said, and bears what it cost", async () => {
    const topic = TOPICS[0] ?? "";
    await stage.ask("personal", questionAbout(topic, 1), { body: { user: "ada" } });
    await stage.groups("personal");
    const told = await stage.ask("personal", questionAbout(topic, 2), { body: { user: "ada" } });
    const call = await stage.recorded(told.callId);
    expect(told).toMatchObject({ tier: "primary", cache: "miss", match: null });
    expect(call.cache?.semantic).toMatchObject({ outcome: "audit", audited: true, verdict: "right", trouble: null });
    // 10 and 5 tokens at 1 and 2 USD a million for the answer; at 10 and 20 for the judge.
    expect(call.cost_pico).toBe(String(20_000_000 + 200_000_000));
    const [group] = await stage.groups("personal");
    expect(group).toMatchObject({ state: "collecting", audits: 1, proven: null });
    expect(group?.says).toMatch(/^collecting: 1 of at least \d+ audits$/);
  });

  test("users of a personal endpoint are compared with nobody else, and who is nobody with nobody", async () => {
    const topic = TOPICS[1] ?? "";
    await stage.ask("personal", questionAbout(topic, 1), { body: { user: "grace" } });
    const other = await stage.ask("personal", questionAbout(topic, 2), { body: { user: "joan" } });
    const nobody = await stage.ask("personal", questionAbout(topic, 3));
    expect([await semanticOf(other), await semanticOf(nobody)]).toMatchObject([
      { outcome: "none", call: null },
      { outcome: "no-user" },
    ]);
  });

  test("not even the same question of another user of a personal endpoint is answered from the cache", async () => {
    const question = "Where are my two parcels of last spring?";
    const ask = (user?: string) => stage.ask("personal", question, { body: user === undefined ? {} : { user } });
    const told = [await ask("ada"), await ask("grace"), await ask(), await ask("ada"), await ask("grace")];
    expect(told.map(({ tier }) => tier)).toEqual(["primary", "primary", "primary", "cache:exact", "cache:exact"]);
    expect([told[3]?.text, told[4]?.text]).toEqual([told[0]?.text, told[1]?.text]);
    expect(told[0]?.text).not.toBe(told[1]?.text);
  });

  test("a judge that is away or talks nonsense proves nothing, and calls go on", async () => {
    for (const said of [null, 'Yes! {"same": true}']) {
      stage.upstream.judge(() => said);
      let left = 12;
      const odd = await stage.askUntil(
        "judgeless",
        ({ status, tier }) => status !== 200 || tier !== "primary" || (left -= 1) === 0,
      );
      expect(odd).toMatchObject({ status: 200, tier: "primary" });
    }
    // Judges that are still asked are answered before another rule holds.
    const [group] = await stage.groups("judgeless");
    stage.upstream.judge(isSameTopic);
    expect(group).toMatchObject({ state: "collecting", audits: 0 });
  });
});

describe("while its calls are paused", () => {
  test("no judge is asked for a call that was under way", async () => {
    const topic = TOPICS[1] ?? "";
    const user = { body: { user: "lin" } };
    await stage.ask("personal", questionAbout(topic, 1), user);
    await stage.groups("personal");
    const judged = stage.upstream.judged.length;
    const release = stage.embedders.hold();
    const asked = stage.ask("personal", questionAbout(topic, 2), user);
    await expect.poll(() => stage.server.server.house.gateway.load.inFlight, { timeout: 60_000 }).toBe(1);
    const subject = { type: "endpoint", name: "personal" };
    const { status, body } = await stage.server.ask("POST", "/api/pauses", { subject, reason: "The test says so." });
    expect(status).toBe(200);
    release();
    const told = await asked;
    expect(told).toMatchObject({ status: 200, tier: "primary" });
    const wish = { reason: "The test is over." };
    await stage.server.ask("POST", `/api/pauses/${(body as { readonly id: string }).id}/lift`, wish);
    expect(await semanticOf(told)).toMatchObject({ outcome: "audit", verdict: null, trouble: "its calls are paused" });
    expect(stage.upstream.judged.length).toBe(judged);
  });
});

describe("once it is proven", () => {
  test("an answer is given to a question in other words, says so, and costs nothing", async () => {
    const told = await stage.askUntil("faq", isSemantic);
    const call = await stage.recorded(told?.callId ?? "");
    expect(told).toMatchObject({ status: 200, cache: "hit" });
    expect(told?.match).toMatch(/^semantic; similarity=0\.\d{4}; call=call_/);
    expect(call).toMatchObject({ tier: "cache:semantic", cost_pico: "0", usage: null, attempts: [], outcome: "ok" });
    expect(call.cache?.semantic).toMatchObject({ outcome: "hit", audited: false, verdict: null });
    expect(call.cache?.source?.call).toBe(call.cache?.semantic?.call);
    expect(BigInt(call.cache?.source?.saved_pico ?? "0")).toBeGreaterThan(0n);
    const source = await stage.recorded(call.cache?.source?.call ?? "");
    expect(source.tier).toBe("primary");
    expect(told?.match).toContain(source.id);
  });

  test("it is given streamed and in other dialects as well", async () => {
    const told = await stage.askUntil("faq", isSemantic);
    const again = await traceOf(told as Told);
    expect(again?.key).toMatch(/^[0-9a-f]{64}$/);
    for (let count = 0; count < 400; count += 1) {
      const content = nextQuestion();
      const response = await fetch(`${stage.server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "faq", stream: true, messages: [{ role: "user", content }] }),
      });
      const text = await response.text();
      if (response.headers.get("x-rollward-tier") !== "cache:semantic") continue;
      expect(text).toContain('"content":"Answer');
      expect(text.trimEnd().endsWith("data: [DONE]")).toBe(true);
      return;
    }
    expect("a streamed hit").toBe("given");
  });

  test("of identical questions at the same time one is looked for, and all get its answer", async () => {
    const question = questionAbout(TOPICS[7] ?? "", 300);
    const before = stage.upstream.asked.length;
    const { load } = stage.server.server.house.gateway;
    const release = stage.embedders.hold();
    const asked = Promise.all(Array.from({ length: 20 }, () => stage.ask("faq", question)));
    await expect.poll(() => load.inFlight, { timeout: 60_000 }).toBe(20);
    release();
    const told = await asked;
    expect(new Set(told.map(({ text }) => text)).size).toBe(1);
    expect(stage.upstream.asked.length - before).toBeLessThanOrEqual(1);
    const tiers = new Set(told.map(({ tier }) => tier));
    // The coin may have sent the one to the model.
    const wanted = tiers.has("primary") ? ["primary", "cache:exact"] : ["cache:semantic"];
    expect(tiers).toEqual(new Set(wanted));
  });

  test("of identical questions at the same time the one that wants answers to itself alone gets no other", async () => {
    const { load } = stage.server.server.house.gateway;
    // The coin may send the one that leads to the model: then there is no other answer to be given.
    for (let round = 0; round < 400; round += 1) {
      const question = nextQuestion();
      const release = stage.embedders.hold();
      const lax = stage.ask("faq", question);
      await expect.poll(() => load.inFlight, { timeout: 60_000 }).toBe(1);
      await expect.poll(() => stage.server.server.house.gateway.cache.flights.size).toBe(1);
      const strict = stage.ask("faq", question, { headers: { "x-rollward-cache": "exact" } });
      await expect.poll(() => load.inFlight, { timeout: 60_000 }).toBe(2);
      release();
      if (!isSemantic(await lax)) continue;
      expect(await strict).toMatchObject({ tier: "primary", match: null });
      return;
    }
    expect("a semantic hit").toBe("given");
  });

  test("audits go on: some calls are still asked and judged", async () => {
    let judged = 0;
    await stage.askUntil("faq", ({ tier }) => tier === "primary" && (judged += 1) === 5);
    const [group] = await stage.groups("faq");
    expect(group?.state).toBe("open");
    expect(stage.upstream.judged.length).toBeGreaterThan(75);
  });

  test("two tenants never share an answer", async () => {
    const key = await stage.newKey("umbrella");
    let left = 20;
    const odd = await stage.askUntil("faq", ({ tier }) => tier !== "primary" || (left -= 1) === 0, { key });
    expect(odd?.tier).toBe("primary");
    const groups = await stage.groups("faq");
    expect(new Set(groups.map(({ shared, state }) => `${shared.split(" ")[0]} ${state}`))).toEqual(
      new Set(["key open", "tenant collecting"]),
    );
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["another form of answer", { max_tokens: 17 }],
    ["other tools", { tools: [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }] }],
    ["a field that nobody knows", { some_new_field: 1 }],
  ])("%s is another partition", async (_, body) => {
    const told = await stage.ask("faq", questionAbout(TOPICS[3] ?? "", 170), { body });
    expect(told.tier).toBe("primary");
    const semantic = await semanticOf(told);
    expect(semantic?.call ?? null).toBeNull();
    expect(["none", "dialect"]).toContain(semantic?.outcome);
  });

  test("another context is another partition, and a question that leans on it is no question by itself", async () => {
    const turns = [
      { role: "user", content: "Do you sell lamps?" },
      { role: "assistant", content: "Yes, many." },
    ];
    const inContext = (content: string) =>
      stage.ask("faq", "", { body: { messages: [...turns, { role: "user", content }] } });
    const whole = await inContext(questionAbout(TOPICS[5] ?? "", 3));
    const leaning = await inContext("And how can one return it?");
    expect(await semanticOf(whole)).toMatchObject({ outcome: "none", call: null });
    expect(["pronoun", "ellipsis"]).toContain((await semanticOf(leaning))?.outcome);
  });

  test("a client that wants only answers to its own question gets no other", async () => {
    for (let count = 0; count < 10; count += 1) {
      const headers = { "x-rollward-cache": "exact" };
      const told = await stage.ask("faq", questionAbout(TOPICS[4] ?? "", 180 + count), { headers });
      expect(told.tier).toBe("primary");
      expect(await semanticOf(told)).toMatchObject({ outcome: "exact" });
    }
  });

  test("an answer that was found wrong is not given to that question again", async () => {
    const told = await stage.askUntil("faq", isSemantic);
    const asked = (await stage.recorded(told?.callId ?? "")) as { cache?: { semantic?: { call: string | null } } };
    const evicted = await stage.server.ask("DELETE", `/api/calls/${told?.callId}/cache`);
    expect(evicted.body).toEqual({ evicted: true });
    const again = await stage.server.ask("DELETE", `/api/calls/${told?.callId}/cache`);
    expect(again.body).toEqual({ evicted: false });
    const trace = await traceOf(told as Told);
    const { meanings, proofs } = stage.server.server.house.stores;
    expect(await proofs.find(trace?.group ?? "", null)).not.toBeNull();
    const near = await meanings.changes(trace?.partition ?? "", 0, 0);
    const source = near.changed.find(({ key }) => key === trace?.key);
    expect(source?.vetoes).toHaveLength(1);
    expect(source?.notes.at(-1)).toMatchObject({ right: false });
    expect(source?.callId).toBe(asked.cache?.semantic?.call);
  });

  test("a row that points at somebody else's answer gives nothing away", async () => {
    const key = await stage.newKey("initech");
    stage.upstream.answer((question) => (question.includes("secret") ? "The secret of initech." : "Something else."));
    const theirs = await stage.ask("faq", "What is our secret recipe for tea?", { key });
    const foreign = (await stage.recorded(theirs.callId)).cache?.key ?? "";
    const told = await stage.askUntil("faq", isSemantic);
    const trace = await traceOf(told as Told);
    const question = "Where do green lamps come from?";
    const [vector] =
      (await stage.embedders.of({ embedder: "local", dimension: null }, new Map())?.embed([question], 1)) ?? [];
    await stage.server.server.house.stores.meanings.put(
      {
        partition: trace?.partition ?? "",
        key: foreign,
        endpoint: "faq",
        callId: theirs.callId,
        vector: vector ?? new Float32Array(),
        question,
        at: 1,
        expiresAt: Date.now() + 3_600_000,
      },
      10_000,
    );
    stage.server.server.house.gateway.cache.semantic?.copies.clear();
    const before = stage.server.server.house.gateway.cache.tally().poisoned;
    const mine = await stage.ask("faq", question);
    expect(mine.status).toBe(200);
    expect(mine.text).not.toContain("initech");
    expect((await semanticOf(mine))?.call).not.toBe(theirs.callId);
    expect(stage.server.server.house.gateway.cache.tally().poisoned).toBe(before + 1);
  });

  test("another release proves for itself", async () => {
    const text = semanticProject(stage.upstream.baseUrl, MORE).replace(
      "temperature: 0 }",
      "temperature: 0, top_p: 0.9 }",
    );
    const sent = await sendProject(
      { url: stage.server.url, key: ADMIN_KEY },
      { path: writeProject({ "rollward.yaml": text }), dryRun: false },
    );
    const rollout = sent.endpoints.find(({ endpoint }) => endpoint === "faq")?.rollout ?? "";
    // While it is on trial, what its sessions get is asked for: on both arms, and whatever is proven.
    const evidence = await stage.askUntil("faq", ({ cache }) => cache === "bypass");
    const call = await stage.recorded(evidence?.callId ?? "");
    expect(call).toMatchObject({ tier: "primary", cache: { status: "bypass", bypassed: "rollout" } });
    expect(call.cache?.semantic).toBeUndefined();
    const wish = { command: "promote", reason: "The test says so." };
    // Refused until it has started.
    const promoted = async (): Promise<unknown> => {
      await stage.server.ask("POST", `/api/rollouts/${rollout}/commands`, wish);
      return (await stage.server.ask("GET", `/api/rollouts/${rollout}`)).body;
    };
    await expect.poll(promoted, { timeout: 60_000 }).toMatchObject({ state: "draining" });
    let left = 15;
    const odd = await stage.askUntil("faq", ({ tier }) => tier !== "primary" || (left -= 1) === 0);
    expect(odd?.tier).toBe("primary");
    const states = (await stage.groups("faq")).filter(({ shared }) => shared.startsWith("key"));
    expect(new Set(states.map(({ release, state }) => `${release} ${state}`))).toEqual(
      new Set(["faq@1 open", "faq@2 collecting"]),
    );
  });
});

describe("when something is missing", () => {
  test("a vector that comes too late is no lookup, and the question is remembered all the same", async () => {
    const topic = TOPICS[6] ?? "";
    await stage.ask("hurried", questionAbout(topic, 1));
    await stage.groups("hurried");
    const release = stage.embedders.hold();
    const late = await stage.ask("hurried", questionAbout(topic, 2));
    release();
    expect(late.tier).toBe("primary");
    expect(await semanticOf(late)).toMatchObject({ outcome: "late" });
  });

  test("wrong answers close it, and nothing is given any more", async () => {
    const opened = await stage.askUntilGroup("young", ({ state }) => state === "open");
    expect(opened?.state).toBe("open");
    stage.upstream.judge(() => false);
    const closed = await stage.askUntilGroup("young", ({ closed_by: by }) => by !== null);
    expect(closed).toMatchObject({ closed_by: { reason: "errors" }, proven: null });
    expect(closed?.says).toMatch(/^closed by too many wrong answers since /);
    let left = 20;
    const odd = await stage.askUntil("young", ({ tier }) => tier !== "primary" || (left -= 1) === 0);
    expect(odd?.tier).toBe("primary");
  });

  test("without an embedder every call goes to the model", async () => {
    stage.embedders.fail();
    const told = await stage.ask("young", "How can one water plants at night?");
    expect(told.tier).toBe("primary");
    expect(await semanticOf(told)).toMatchObject({ outcome: "no-vector" });
  });
});
