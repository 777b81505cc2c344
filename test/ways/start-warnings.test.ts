import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { readOptions } from "../../src/config/options.ts";
import { serve } from "../../src/main/serve.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";

const TEXT = `${simulatedText(modelText("m-2026-01-01"))}endpoints:
  bot: { models: [sim/m-2026-01-01] }
`;
const BUDGET = `budgets:
  company: { per: environment, amount: 0.01, window: month }
`;

test("a start warns of what apply warns of, in the same words, also where nothing has changed", async () => {
  const database = await createFreshDatabase();
  const config = writeProject({ "rollward.yaml": `${TEXT}  old: { models: [sim/m-2026-01-01] }\n${BUDGET}` });
  const place = database === null ? ["--data-dir", `${dirname(config)}/data`] : ["--database-url", database.url];
  const warnedAt = async (look: (url: string) => Promise<void>): Promise<string[]> => {
    const lines: string[] = [];
    const log = pino({}, { write: (line) => void lines.push(line) });
    const options = readOptions(["--config", config, "--port", "0", ...place], { ROLLWARD_ADMIN_KEY: ADMIN_KEY });
    const server = await serve(options, process.env, log);
    await look(server.url);
    await server.stop();
    const told = lines.map((line) => JSON.parse(line) as { readonly level: number; readonly msg: string });
    return told.filter(({ level }) => level === 40).map(({ msg }) => msg);
  };
  await warnedAt(async () => {});
  writeProject({ "rollward.yaml": `${TEXT}${BUDGET}` }, dirname(config));
  for (let starts = 0; starts < 2; starts += 1) {
    let applied = "";
    const warned = await warnedAt(async (url) => {
      applied = (await runRollward({ url }, ["apply", config])).text;
    });
    expect(warned).toEqual(
      applied.split("\n\n").flatMap((part) => (part.startsWith("warning: ") ? [part.slice(9).trim()] : [])),
    );
    expect(warned).toEqual([
      expect.stringMatching(/^The endpoint old is no longer in the project/),
      expect.stringMatching(/^The budget company of 0\.010000 USD has no room/),
    ]);
  }
  await database?.drop();
  rmSync(dirname(config), { recursive: true });
}, 60_000);
