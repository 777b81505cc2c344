import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { LONGER_PROMPT, registryProject } from "../fixtures/registry-project.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { eventually } from "../fixtures/eventually.ts";

let server: RunningServer;
let call = "";

const rollward = (...args: readonly string[]) => runRollward(server, args);

const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await rollward("--json", ...args)).text);

const ORIGIN = [
  ["--commit", "1f2e3d4c5b6a7988776655443322110099887766"],
  ["--branch", "orders"],
  ["--author", "Grace"],
  ["--pull-request", "12"],
  ["--data-set", "sha256:abc"],
  ["--eval-run", "run 7"],
] as const;

const faq = "parameters: { seed: 1 }";

beforeAll(async () => {
  server = await startServer(registryProject({ faq }));
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "support-bot",
      messages: [{ role: "user", content: "Where is my order?" }],
      variables: { customer: "Ada" },
    }),
  });
  await response.arrayBuffer();
  call = response.headers.get("x-rollward-call") ?? "";
  await server.server.house.gateway.recorder.flush();
  const next = registryProject({
    faq,
    prompt: LONGER_PROMPT,
    fields: "order: { type: string }, since: { type: string }",
    required: "order, since",
    model: "gpt-2026-06-01",
    temperature: 0.3,
  });
  const applied = await rollward("apply", writeProject(next), ...ORIGIN.flatMap(([option, value]) => [option, value]));
  if (applied.code !== 0) throw new Error(applied.text);
  await eventually(async () => {
    const { text } = await rollward("matrix", "support-bot");
    if (!text.includes("candidate in production at 50 %")) throw new Error("The rollout has not begun.");
  });
});

afterAll(() => server.stop());

describe("the registry", () => {
  test("numbers prompts, models and tools apart, each distinct content once", async () => {
    const { text } = await rollward("prompts", "list");
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "version",
      "support-bot/system@2",
      "support-bot/system@1",
      "",
    ]);
    expect((await rollward("tools", "list", "lookup_order")).text).toMatch(/lookup_order@2 .*\nlookup_order@1 /);
    expect(await json("models", "list")).toEqual([
      expect.objectContaining({ version: "sim/gpt@2026-06-01", name: "sim/gpt", number: 2 }),
      expect.objectContaining({ version: "sim/gpt@2026-01-01", name: "sim/gpt", number: 1 }),
    ]);
  });

  test("shows what a version says, the newest when none is named", async () => {
    expect((await rollward("prompts", "show", "support-bot/system@1")).text).not.toContain("refund");
    expect((await rollward("prompts", "show", "support-bot/system")).text).toContain("Never promise a refund.");
    expect((await rollward("tools", "show", "lookup_order@1")).text).toContain('"description": "Looks an order up."');
    const nobody = await rollward("prompts", "show", "support-bot/system@3");
    expect(nobody).toMatchObject({ code: 1 });
    expect(nobody.text).toContain(
      "There is no prompt support-bot/system@3. `rollward prompts list` shows all versions.",
    );
  });

  test("tells which releases use what, in every endpoint, and where they serve", async () => {
    expect(await json("tools", "uses", "lookup_order@2")).toMatchObject({
      data: [
        { release: "faq@2", version: "lookup_order@2" },
        {
          release: "support-bot@2",
          version: "lookup_order@2",
          where: [expect.stringContaining("candidate in production at 50 %")],
        },
      ],
    });
    const { text } = await rollward("models", "uses", "sim/gpt-2026-01-01");
    expect(text).toContain("support-bot@1  sim/gpt@2026-01-01  stable in production");
    expect(text).not.toContain("support-bot@2");
    expect(await rollward("models", "uses", "sim/gpt@2026-01-01")).toEqual({ code: 0, text });
    expect((await rollward("models", "uses", "sim/gpt")).text).toContain("support-bot@2");
  });

  test("draws the matrix of an endpoint and marks what changed", async () => {
    const { text } = await rollward("matrix", "support-bot");
    const [heading = "", second = "", first = ""] = text.split("\n");
    expect(heading).toMatch(/^release +serves +prompt +models +tool lookup_order +parameters +policies$/);
    expect(second).toMatch(
      /^support-bot@2 +candidate in production at 50 % +\*support-bot\/system@2 +\*sim\/gpt@2026-06-01 +\*lookup_order@2 +\*[0-9a-f]{8} + [0-9a-f]{8}$/,
    );
    expect(first).toMatch(
      /^support-bot@1 +stable in production + support-bot\/system@1 + sim\/gpt@2026-01-01 + lookup_order@1 /,
    );
    expect(await json("matrix", "support-bot", "--limit", "1")).toMatchObject({
      rows: [
        {
          release: "support-bot@2",
          cells: [{ changed: true }, { changed: true }, { changed: true }, { changed: true }, { changed: false }],
        },
      ],
    });
  });

  test("remembers where a release comes from, and the releases before it", async () => {
    const { text } = await rollward("releases", "lineage", "support-bot@2");
    expect(text).toContain("applied in production by ROLLWARD_ADMIN_KEY, over support-bot@1");
    expect(text).toContain("commit 1f2e3d4c5b6a on orders by Grace (#12)");
    expect(text).toContain("data set sha256:abc");
    expect(text).toContain("eval run run 7");
    expect(text).toMatch(/releases before it\n {2}support-bot@1/);
    const first = await rollward("releases", "lineage", "support-bot@1");
    expect(first.text).toContain("applied in production by rollward.yaml\n");
    expect((await rollward("releases", "lineage", "support-bot@9")).text).toContain("support-bot@9");
  });

  test("a release shows its versions and where it serves", async () => {
    expect(await json("releases", "show", "support-bot@1")).toMatchObject({
      versions: [{ version: "support-bot/system@1" }, { version: "sim/gpt@2026-01-01" }, { version: "lookup_order@1" }],
      where: ["stable in production"],
      retiring: [],
    });
  });
});

describe("two releases side by side", () => {
  test("are told in prompt, rendered sample, tools, parameters and price", async () => {
    const { code, text } = await rollward("releases", "diff", "support-bot@1", "support-bot@2");
    expect(code).toBe(0);
    expect(text).toContain("support-bot@1 → support-bot@2");
    expect(text).toContain("  + Never promise a refund.");
    expect(text).toContain("rendered sample\n    You help ‹customer› in a friendly tone.");
    expect(text).toContain('~ models[0]: "sim/gpt-2026-01-01" → "sim/gpt-2026-06-01"');
    expect(text).toContain("~ parameters.temperature: 0.2 → 0.3");
    expect(text).toContain("conversations in flight cannot be moved from the one to the other (1 reason)");
    expect(text).toContain("breaking    tool lookup_order since: is required now");
    expect(text).toContain("compatible  tool lookup_order since: is new");
    expect(text).toMatch(
      /price: \$\S+ → \$\S+ per 1,000 calls \(\+200\.0 %\), for the same tokens as 1 recorded call of the last 7 days\./,
    );
  });

  test("are rendered with values from a file, and with those of a recorded call", async () => {
    const values = writeProject({ "rollward.yaml": "", "values.json": '{ "customer": "Grace" }' }).replace(
      "rollward.yaml",
      "values.json",
    );
    const given = await rollward("releases", "diff", "support-bot@1", "support-bot@2", "--variables", values);
    expect(given.text).toContain("You help Grace in a friendly tone.");
    const recorded = await rollward("releases", "diff", "support-bot@1", "support-bot@2", "--call", call);
    expect(recorded.text).toContain(`rendered for ${call}\n    You help Ada in a friendly tone.`);
    const nobody = await rollward(
      "releases",
      "diff",
      "support-bot@1",
      "support-bot@2",
      "--call",
      `${call.slice(0, -1)}${call.endsWith("x") ? "y" : "x"}`,
    );
    expect(nobody.code).toBe(1);
    const missing = await rollward("releases", "diff", "support-bot@1", "support-bot@2", "--variables", "nowhere.json");
    expect(missing).toMatchObject({ code: 1, text: expect.stringContaining("nowhere.json cannot be read.") as string });
  });

  test("that are the same are said to be, and programs read it all as JSON", async () => {
    expect((await rollward("releases", "diff", "support-bot@1", "support-bot@1")).text).toBe(
      "support-bot@1 → support-bot@1: the same content\n",
    );
    expect(await json("releases", "diff", "support-bot@2", "support-bot@1")).toMatchObject({
      same: false,
      compatibility: { verdict: "breaking", reasons: ["tool lookup_order since: is no longer declared"] },
      price: {
        calls: 1,
        before: { model: "sim/gpt-2026-06-01", input_per_million: 3 },
        after: { input_per_million: 1 },
      },
    });
    expect((await rollward("releases", "diff", "support-bot", "support-bot@1")).code).toBe(1);
  });
});

const CATALOGUE = {
  version: "2026-11-01",
  models: ["old-2019-01-01", "idle-2019-01-01"].map((id) => ({
    vendor: "vllm",
    id,
    context: 8_192,
    max_output: null,
    input: ["text"],
    output: ["text"],
    prices: { standard: { input: "0.5", output: "1.5" } },
    retires: "2020-01-01",
    sources: [{ url: "https://example.com/models", read: "2026-11-01", facts: ["price", "context", "deprecation"] }],
  })),
};

test("a model that retires is told of wherever a release may ask it, with that release", async () => {
  const old = await startServer({
    "catalogue.json": JSON.stringify(CATALOGUE),
    "rollward.yaml": `catalogue: catalogue.json
providers:
  rack: { kind: vllm, models: { old-2019-01-01: {}, idle-2019-01-01: {} } }
  racks: { kind: pool, members: { rack: 1 } }
endpoints:
  bot: { models: [racks/old-2019-01-01] }
`,
  });
  try {
    const run = async (...args: readonly string[]): Promise<string> => (await runRollward(old, args)).text;
    const words =
      "racks/old-2019-01-01 has retired on 2020-01-01 and may answer no more, by the catalogue: used by bot@1 (stable in production).";
    expect(await run("releases", "show", "bot@1")).toContain(`warning: ${words}`);
    expect(await run("models", "uses", "racks/old")).toContain(`warning: ${words}`);
    const status = await run("status");
    expect(status).toContain(`warning: ${words}`);
    expect(status).not.toContain("idle");
    const diff = await run("diff", old.config);
    expect(diff).toContain(
      "used by bot (in this project), bot@1 (stable in production). Roll out another model in time.",
    );
    expect(diff).toContain("rack/idle-2019-01-01 has retired on 2020-01-01");
    expect((await old.ask("GET", "/api/health")).body).toMatchObject({
      retiring: [
        { model: "racks/old-2019-01-01", used_by: [{ release: "bot@1", where: "stable in production" }], words },
      ],
    });
  } finally {
    await old.stop();
  }
});
