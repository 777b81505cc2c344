import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { sendProject } from "../../src/cli/send-project.ts";
import type { applyAnswer } from "../../src/contract/projects.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ENDPOINTS = ["a", "b", "c", "d"];

/** Endpoints that all carry the same number: a state with two numbers is half of one project and half of another. */
const project = (seed: number, { rejecting = "" } = {}): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
${ENDPOINTS.map((name) => `  ${name}: { models: [sim/m-2026-01-01], parameters: { seed: ${seed} }, rollout: { steps: [{ weight: 50%, min_duration: 1h }, 100%], on_new_release: ${name === rejecting ? "reject" : "supersede"} } }`).join("\n")}
retain_facts: ${seed + 20}d
`,
});

let servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
  servers = [];
  database = null;
});

const apply = ({ url }: RunningServer, files: Record<string, string>): Promise<z.output<typeof applyAnswer>> =>
  sendProject({ url, key: ADMIN_KEY }, { path: writeProject(files), dryRun: false });

/** The numbers that the endpoints are on their way to, and that of the project that was applied last. */
async function state({ server }: RunningServer): Promise<readonly unknown[]> {
  const { delivery, stores } = server.house;
  const seeds = await Promise.all(
    ENDPOINTS.map(async (endpoint) => {
      const channel = await delivery.rollouts.channel({ endpoint, environment: "production" });
      const [open] = await delivery.rollouts.list({ endpoint, open: true, limit: 1 });
      return (await delivery.releases.byId(open?.candidate ?? channel?.stable ?? ""))?.content.parameters["seed"];
    }),
  );
  const files = (await stores.projects.latest())?.files ?? {};
  return [...seeds, Number(/retain_facts: (\d+)d/.exec(files["rollward.yaml"] ?? "")?.[1]) - 20];
}

describe("two applies at once", () => {
  test("on one server end in the state of one of them, never half", async () => {
    const server = await startServer(project(0));
    servers.push(server);
    const both = await Promise.all([apply(server, project(1)), apply(server, project(2))]);
    expect(both.every(({ applied }) => applied)).toBe(true);
    // Which of the two requests comes first is up to the machine.
    const found = await state(server);
    expect(new Set(found).size).toBe(1);
    expect([1, 2]).toContain(found[0]);
  });

  test("apply nothing of a project when one of its rollouts may not begin", async () => {
    const server = await startServer(project(0, { rejecting: "c" }));
    servers.push(server);
    await apply(server, project(1, { rejecting: "c" }));
    await expect(apply(server, project(2, { rejecting: "c" }))).rejects.toThrow(
      /The rollout rol_\w+ of c is under way and its policy rejects newer releases; nothing was applied\./,
    );
    expect(await state(server)).toEqual([1, 1, 1, 1, 1]);
    expect(await apply(server, project(1, { rejecting: "c" }))).toMatchObject({ applied: true });
  });

  // Only where there is a database server: `.ci/run` starts one and names it.
  test.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)(
    "on two servers of one database end in the state of one of them, on both",
    async () => {
      database = await createFreshDatabase();
      if (database === null) throw new Error("There is no database server.");
      for (let count = 0; count < 2; count += 1) servers.push(await startServer(project(0), { database }));
      const [one, other] = servers;
      if (one === undefined || other === undefined) throw new Error("Two servers were started.");
      for (let round = 0; round < 3; round += 1) {
        const seeds = [1 + 2 * round, 2 + 2 * round] as const;
        const ends = await Promise.allSettled([apply(one, project(seeds[0])), apply(other, project(seeds[1]))]);
        expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
        const found = await state(one);
        expect(new Set(found).size).toBe(1);
        expect(seeds).toContain(found[0]);
        expect(await state(other)).toEqual(found);
      }
    },
  );
});
