import { expect, test } from "vitest";
import { loadProject } from "../load.ts";

const load = (environments: number) => {
  const names = Array.from({ length: environments }, (_, index) => `  e${index}: {}`);
  const text = `providers:\n  sim: { kind: simulated, models: { m: { price: { input: 1, output: 2 } } } }\nendpoints: { bot: { models: [sim/m] } }\nenvironments:\n${names.join("\n")}\n`;
  return loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
};

test("a project has at most 50 environments, its own included: each is another reading of the file", () => {
  expect(load(49)).toMatchObject({ ok: true });
  expect(load(50)).toMatchObject({
    ok: false,
    mistakes: [{ message: "this project has 51 environments", fix: "declare at most 50, the own one included" }],
  });
});
