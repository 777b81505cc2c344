import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { applyTo, endpointText, gatedProject, startGated, until } from "../fixtures/gated-world.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const BOARD = "        board: { kind: approval, at: before_promotion, roles: [approver] }\n";

let server: RunningServer;

afterEach(() => server.stop());

/** A key of its own; answers what it is presented as. */
async function keyFor(name: string, { scopes = ["admin"], roles = [] as readonly string[] } = {}): Promise<string> {
  const { body } = await server.ask("POST", "/api/keys", { name, scopes, roles });
  return (body as { secret: string }).secret;
}

/** Asks with a key: a method and a path, as in `GET /api/approvals`. */
async function askAs(key: string, what: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const [method = "", path = ""] = what.split(" ");
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** A rollout that waits for the board, opened by Ada. */
async function waitingForBoard(gates = BOARD): Promise<{ rollout: string; ada: string }> {
  server = await startGated(gatedProject(0.1, endpointText("bot", gates)));
  const ada = await keyFor("Ada", { roles: ["approver"] });
  const files = gatedProject(0.2, endpointText("bot", gates));
  const { body } = await askAs(ada, "POST /api/apply", { main: "rollward.yaml", files });
  const rollout = (body as { endpoints: { rollout: string }[] }).endpoints[0]?.rollout ?? "";
  await until(server, rollout, { gates: [{ gate: "board", standing: "waiting" }] });
  return { rollout, ada };
}

const decide = (key: string, rollout: string, decision: "approve" | "deny") =>
  askAs(key, `POST /api/rollouts/${rollout}/approval`, { decision, reason: "Read it twice." });

describe("an approval gate", () => {
  test("takes no approval of the author, by either address, and says so", async () => {
    const { rollout, ada } = await waitingForBoard();
    const refused = {
      status: 403,
      body: {
        error: {
          code: "approval_refused",
          message: expect.stringContaining("Ada is the author of the candidate") as string,
        },
      },
    };
    expect(await decide(ada, rollout, "approve")).toMatchObject(refused);
    const old = { command: "approve", reason: "Please." };
    expect(await askAs(ada, `POST /api/rollouts/${rollout}/commands`, old)).toMatchObject(refused);
    // Nor may she go round it.
    const promote = await askAs(ada, `POST /api/rollouts/${rollout}/commands`, {
      command: "promote",
      reason: "Now.",
    });
    expect(promote).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining("not of the gate board") as string } },
    });
  });

  test("takes none of an admin without the role; somebody with it needs no admin key", async () => {
    const { rollout } = await waitingForBoard();
    const admin = await keyFor("Root");
    expect(await decide(admin, rollout, "approve")).toMatchObject({
      status: 403,
      body: { error: { code: "approval_refused" } },
    });
    const grace = await keyFor("Grace", { scopes: ["inference"], roles: ["approver"] });
    expect(await askAs(grace, "GET /api/approvals")).toMatchObject({
      status: 200,
      body: { data: [{ rollout, gate: "board", roles: ["approver"], candidate: "bot@2", objection: null }] },
    });
    expect(await decide(grace, rollout, "approve")).toMatchObject({ status: 200 });
    const done = await until(server, rollout, { state: "completed" });
    expect(done.gates).toMatchObject([{ standing: "passed", approvals: [{ by: "Grace", reason: "Read it twice." }] }]);
    expect(await askAs(grace, "GET /api/rollouts")).toMatchObject({ status: 403 });
    expect((await askAs(grace, "GET /api/approvals")).body).toEqual({ data: [] });
  });

  test("waits for as many keys as it wants, and one denial is enough to stop", async () => {
    const { rollout } = await waitingForBoard(BOARD.replace("roles:", "count: 2, roles:"));
    const [grace, heidi] = [
      await keyFor("Grace", { roles: ["approver"] }),
      await keyFor("Heidi", { roles: ["approver"] }),
    ];
    await decide(grace, rollout, "approve");
    await decide(grace, rollout, "approve");
    expect((await until(server, rollout, {})).gates).toMatchObject([
      { standing: "waiting", approvals: [{ by: "Grace" }] },
    ]);
    await decide(heidi, rollout, "deny");
    const held = await until(server, rollout, { holds: ["gate"] });
    expect(held.explanation).toContain("the gate board failed (denied by Heidi)");
    expect(held.state).toBe("ramping");
  });

  test("that runs out of time expires", async () => {
    const { rollout } = await waitingForBoard(BOARD.replace("roles:", "timeout: 3s, on_failure: abort, roles:"));
    expect((await until(server, rollout, { state: "aborted" })).explanation).toContain("the gate board expired");
  });

  test("is listed and given from the command line", async () => {
    const { rollout } = await waitingForBoard();
    const grace = await keyFor("Grace", { roles: ["approver"] });
    const cli = async (...args: string[]): Promise<[number, string]> => {
      let out = "";
      const code = await runCli(args, { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: grace }, (text) => (out += text));
      return [code, out];
    };
    const [, list] = await cli("approvals", "list");
    expect(list).toContain("1 of approver");
    const [code, approved] = await cli("rollout", "approve", rollout, "--reason", "Fine.");
    expect(code).toBe(0);
    expect(approved).toContain("approved by Grace");
    await until(server, rollout, { state: "completed" });
    expect((await cli("approvals", "list"))[1]).toContain("Nothing waits for an approval.");
  });
});

test("a release with a change that cannot be undone needs somebody's approval, and shows its way back", async () => {
  const changes = `
    changes:
      - { what: knowledge base, forward: index v3 is built, back: point the alias to v2, reversible: true }
      - { what: memory schema, forward: profiles are merged, reversible: false }`;
  server = await startGated(gatedProject(0.1, endpointText("bot", "")));
  const without = gatedProject(0.2, endpointText("bot", "", changes));
  const { body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files: without });
  expect(body).toMatchObject({
    applied: false,
    mistakes: [{ message: expect.stringContaining("memory schema cannot be undone") as string }],
  });
  const { bot = "" } = await applyTo(server, gatedProject(0.2, endpointText("bot", BOARD, changes)));
  await until(server, bot, { gates: [{ standing: "waiting" }] });
  await server.ask("POST", `/api/rollouts/${bot}/commands`, { command: "rollback", reason: "Second thoughts." });
  const back = await until(server, bot, { state: "rolled_back" });
  expect(back.explanation).toContain(
    "The way back of its changes of data: knowledge base: point the alias to v2; memory schema: cannot be undone.",
  );
});
