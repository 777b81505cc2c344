import { expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { hashSecret, presentKey } from "../../src/domain/access/presented-key.ts";
import { eventually } from "../fixtures/eventually.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";

const MAIN = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot: { models: [sim/m-2026-01-01] }
environments:
  staging: {}
`;

test("the own environment is not named by an admin key of another one, though it applies first", async () => {
  const server = await startServer({});
  try {
    const { gateway, stores } = server.server.house;
    // As another server of the database may have made it.
    await stores.keys.create({
      id: "key_01JDAAAAAAAAAAAAAAAAAAAAAA",
      name: "CI",
      scopes: ["admin"],
      endpoints: null,
      secretHash: hashSecret("a".repeat(64)),
      createdAt: 0,
      expiresAt: null,
      revokedAt: null,
      environment: "staging",
    });
    const path = writeProject({ "rollward.yaml": MAIN });
    const apply = (key: string) => sendProject({ url: server.url, key }, { path, dryRun: false });
    const applied = await eventually(async () => {
      // A reading of the keys that began before this one was made may come in behind.
      gateway.keys.replace(await stores.keys.list());
      return apply(presentKey("key_01JDAAAAAAAAAAAAAAAAAAAAAA", "a".repeat(64)));
    });
    expect(applied).toMatchObject({ applied: true, environment: "staging" });
    const served = async (): Promise<unknown> => (await server.ask("GET", "/api/environments")).body;
    expect(await served()).toMatchObject({
      data: [
        { environment: "production", own: true, endpoints: [] },
        { environment: "staging", own: false, endpoints: ["bot"] },
      ],
    });
    expect(await apply(ADMIN_KEY)).toMatchObject({ applied: true, environment: "production" });
    expect(await served()).toMatchObject({ data: [{ own: true, endpoints: ["bot"] }, { environment: "staging" }] });
  } finally {
    await server.stop();
  }
});
