import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { applyAnswer } from "../../src/contract/projects.ts";
import type { nowView } from "../../src/contract/now.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { registryProject } from "../fixtures/registry-project.ts";
import type { RegistryProject } from "../fixtures/registry-project.ts";
import { ADMIN_KEY, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
  servers = [];
  database = null;
});

async function start(wish: RegistryProject = {}): Promise<RunningServer> {
  const server = await startServer(registryProject(wish), database === null ? {} : { database });
  servers.push(server);
  return server;
}

const project = (wish: RegistryProject): string => writeProject(registryProject(wish));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly complaint: string;
}

/** Runs the command line; answers and warnings apart. */
async function rollward({ url }: RunningServer, ...args: readonly string[]): Promise<Ran> {
  let [out, complaint] = ["", ""];
  const code = await runCli(
    args,
    { ROLLWARD_URL: url, ROLLWARD_API_KEY: ADMIN_KEY },
    { out: (text) => void (out += text), complain: (text) => void (complaint += text) },
  );
  return { code, out, complaint };
}

/** Rolls back as soon as there is something to roll back, and waits until that has ended. */
async function takeBack(server: RunningServer, reason = "Answers look wrong."): Promise<void> {
  await expect
    .poll(async () => (await rollward(server, "rollback", "support-bot", "--reason", reason)).code, { timeout: 60_000 })
    .toBe(0);
  await expect.poll(() => statesOf(server).then(([newest]) => newest), { timeout: 60_000 }).toBe("rolled_back");
}

/** The states of the rollouts of support-bot, newest first. */
async function statesOf(server: RunningServer): Promise<readonly string[]> {
  const { body } = await server.ask("GET", "/api/rollouts?endpoint=support-bot");
  return (body as { data: { state: string }[] }).data.map(({ state }) => state);
}

const SENTENCE =
  /support-bot@2 was rolled back at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by ROLLWARD_ADMIN_KEY \("Answers look wrong\."\)\./;

describe("an apply of what a person rolled back", () => {
  test("leaves that release out, applies everything else, and says who, when, why and how to go on", async () => {
    const server = await start();
    const next = project({ temperature: 0.5 });
    expect((await rollward(server, "apply", next)).code).toBe(0);
    await takeBack(server);
    // As a merge of something else would do it.
    const merged = project({ temperature: 0.5, more: "retain_facts: 30d\n", faq: "parameters: { seed: 1 }" });
    const planned = await rollward(server, "diff", merged);
    expect(planned.code).toBe(2);
    expect(planned.out).toMatch(/^support-bot@2: is held back$/m);
    expect(planned.out).toMatch(SENTENCE);
    expect(planned.complaint).toBe(
      "warning: support-bot@2 would be left out: it was rolled back, and nobody said --again.\n",
    );
    const { code, out, complaint } = await rollward(server, "apply", merged, "--wait");
    expect(code).toBe(0);
    expect(out).toMatch(SENTENCE);
    expect(out).toContain("faq@1: is the first release and serves at once");
    expect(out).toContain("retain_facts");
    expect(complaint).toBe("warning: support-bot@2 was left out: it was rolled back, and nobody said --again.\n");
    expect(await statesOf(server)).toEqual(["rolled_back"]);
    // The same command, again and again, as a CI does it.
    const same = await rollward(server, "--json", "apply", merged);
    expect(same.code).toBe(0);
    expect(JSON.parse(same.out)).toMatchObject({
      applied: true,
      held_back: [
        {
          endpoint: "support-bot",
          release: "support-bot@2",
          how: "rolled_back",
          by: "ROLLWARD_ADMIN_KEY",
          why: "Answers look wrong.",
          sentence: expect.stringMatching(SENTENCE) as string,
        },
      ],
      endpoints: [
        { endpoint: "support-bot", outcome: "held_back", rollout: null },
        { endpoint: "faq", outcome: "unchanged" },
      ],
    });
    expect(await statesOf(server)).toEqual(["rolled_back"]);
    // Nothing would change by it, so that a check of pull requests does not stop at it for ever.
    expect(await rollward(server, "apply", merged, "--plan")).toMatchObject({ code: 0 });
    expect((await rollward(server, "drift", merged)).out).toContain("withdrawn: support-bot@2");
  });

  test("begins it again by the command that it names, once", async () => {
    const server = await start();
    const next = project({ temperature: 0.5 });
    await rollward(server, "apply", next);
    await takeBack(server);
    const { out } = await rollward(server, "apply", next);
    const [, command = ""] = /^`rollward (.*)` begins its rollout again/m.exec(out) ?? [];
    expect(command).toBe(`apply ${next} --again --endpoint support-bot`);
    const planned = await rollward(server, ...command.split(" "), "--plan");
    expect(planned).toMatchObject({
      code: 2,
      out: expect.stringContaining("support-bot: goes out by rollout") as string,
    });
    const again = await rollward(server, ...command.split(" "));
    expect(again).toMatchObject({ code: 0, complaint: "" });
    expect(again.out).toMatch(/^support-bot@2: goes out by rollout \(rol_\w+\)/m);
    expect((await statesOf(server)).length).toBe(2);
    expect((await rollward(server, ...command.split(" "))).out).toMatch(/^support-bot@2: unchanged \(rol_/m);
    expect((await statesOf(server)).length).toBe(2);
  });

  test("is begun by changed content, and by --again for endpoints that are named", async () => {
    const server = await start();
    await rollward(server, "apply", project({ temperature: 0.5 }));
    await takeBack(server);
    const held = project({ temperature: 0.5, faq: "parameters: { seed: 1 }" });
    expect((await rollward(server, "apply", held, "--again", "--endpoint", "faq")).out).toContain("is held back");
    expect(await rollward(server, "apply", held, "--again", "--endpoint", "nobody")).toMatchObject({
      code: 1,
      complaint: expect.stringContaining(
        "There is no endpoint named nobody. Existing endpoints: support-bot, faq.",
      ) as string,
    });
    expect(await rollward(server, "apply", held, "--endpoint", "faq")).toMatchObject({
      code: 1,
      complaint: expect.stringContaining("--endpoint goes with --again.") as string,
    });
    const changed = await rollward(server, "apply", project({ temperature: 0.6 }));
    expect(changed.out).toMatch(/^support-bot@3: goes out by rollout/m);
  });

  // Only where there is a database server: `.ci/run` starts one and names it.
  test.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)(
    "holds on every server of one database, and for the file that one starts with",
    async () => {
      database = await createFreshDatabase();
      const server = await start();
      await rollward(server, "apply", project({ temperature: 0.5 }));
      await takeBack(server);
      const other = await start({ temperature: 0.5, more: "retain_facts: 30d\n" });
      expect(await statesOf(other)).toEqual(["rolled_back"]);
      expect((await rollward(other, "apply", project({ temperature: 0.5 }))).out).toMatch(SENTENCE);
      expect(await statesOf(server)).toEqual(["rolled_back"]);
    },
  );
});

describe("what undoes a rollback, as Now says it", () => {
  test("is a command that begins the rollout again", async () => {
    const server = await start();
    const next = project({ temperature: 0.5 });
    await rollward(server, "apply", next);
    const offered = async () => {
      const { body } = await server.ask("GET", "/api/now?endpoint=support-bot");
      return (body as z.output<typeof nowView>).actions.find(({ action }) => action === "roll-back");
    };
    await expect.poll(async () => (await offered())?.label).toBe("Roll back to support-bot@1");
    const undo = (await offered())?.undo ?? "";
    const [, command = ""] = /^Begin a rollout of support-bot@2 again: `rollward (.*)` with the files/.exec(undo) ?? [];
    expect(command).toBe("apply --again --endpoint support-bot");
    await takeBack(server);
    const again = await rollward(server, ...command.split(" "), next);
    expect(again.out).toMatch(/^support-bot@2: goes out by rollout/m);
    await expect.poll(async () => (await statesOf(server))[0]).toBe("ramping");
  });

  test("is said by a rollout that has ended, too", async () => {
    const server = await start();
    await rollward(server, "apply", project({ temperature: 0.5 }));
    await takeBack(server);
    const { code, complaint } = await rollward(server, "rollout", "promote", "support-bot", "-r", "Go.");
    expect(code).toBe(1);
    expect(complaint).toContain("to open a new one (`rollward apply --again --endpoint support-bot`).");
  });
});

describe("an apply of the stable release while another one goes out", () => {
  test("says that it goes back, ends that rollout and opens none", async () => {
    const rollout = "on_new_release: supersede, steps: [{ weight: 50%, min_duration: 1h }, 100%]";
    const server = await start({ rollout });
    const { out: begun } = await rollward(server, "apply", project({ rollout, temperature: 0.5 }));
    const [id = ""] = /rol_\w+/.exec(begun) ?? [];
    const words = `support-bot@1: back to the stable release; the rollout of support-bot@2 ends (${id})`;
    const planned = await rollward(server, "diff", server.config);
    expect(planned).toMatchObject({ code: 2, out: expect.stringContaining(words) as string });
    expect(planned.out).not.toContain("goes out by rollout");
    const back = await rollward(server, "--json", "apply", server.config);
    expect(JSON.parse(back.out) as z.output<typeof applyAnswer>).toMatchObject({
      endpoints: [{ outcome: "back", rollout: null, ended: [{ rollout: id, release: "support-bot@2" }] }],
    });
    expect(await statesOf(server)).toEqual(["superseded"]);
    expect((await rollward(server, "apply", server.config)).out).toBe("Nothing has changed.\n");
  });
});

describe("what changed by an apply", () => {
  test("names the rollouts that it opened", async () => {
    const server = await start();
    await rollward(server, "apply", project({ temperature: 0.5 }));
    const { out } = await rollward(server, "changes", "--since", "1h", "--kind", "project");
    expect(out).toContain("The project was applied: a rollout of support-bot@2 was opened (ROLLWARD_ADMIN_KEY)");
    const { out: all } = await rollward(server, "changes", "--limit", "1");
    expect(all).toMatch(/\n\d+ older ones are not shown; --limit shows more\.\n$/);
  });
});
