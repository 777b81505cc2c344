import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { readProject } from "./read-files.ts";

const CONFIG = `providers:
  sim: { kind: simulated, models: { m-1: { price: { input: 0, output: 0 } } } }
endpoints:
  bot:
    models: [sim/m-1]
    prompt: prompts/p.md
    tools: [tools/t.yaml]
`;
const TOOL = "{ name: lookup, description: Finds., parameters: { type: object } }";

let root: string;
let directory: string;

const write = (path: string, content: string | Buffer): void => writeFileSync(join(directory, path), content);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rollward-"));
  directory = join(root, "project");
  mkdirSync(join(directory, "prompts"), { recursive: true });
  mkdirSync(join(directory, "tools"));
  write("rollward.yaml", CONFIG);
  write("prompts/p.md", "Be brief.");
  write("tools/t.yaml", TOOL);
  write("secret.txt", "nobody asked for this");
});

afterEach(() => rmSync(root, { recursive: true }));

/** What a project with an unreadable prompt is told about it, as `line:column reason`. */
async function complaint(): Promise<string> {
  const loaded = loadProject(await readProject(join(directory, "rollward.yaml")));
  return loaded.ok
    ? "nothing"
    : loaded.mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`).join("\n");
}

describe("reading a project", () => {
  it("reads rollward.yaml and exactly the files it refers to", async () => {
    const bundle = await readProject(join(directory, "rollward.yaml"));
    expect([...bundle.files.keys()]).toEqual(["rollward.yaml", "prompts/p.md", "tools/t.yaml"]);
    expect(bundle.main).toBe("rollward.yaml");
    expect(loadProject(bundle)).toMatchObject({ ok: true });
  });

  it("tells of a prompt that is not there, at the place that names it", async () => {
    rmSync(join(directory, "prompts/p.md"));
    expect(await complaint()).toBe(
      '6:13 endpoints.bot.prompt: the file "prompts/p.md" cannot be read: there is no such file',
    );
  });

  it("tells of a directory where a prompt should be", async () => {
    rmSync(join(directory, "prompts/p.md"));
    mkdirSync(join(directory, "prompts/p.md"));
    expect(await complaint()).toContain("it is a directory");
  });

  it("tells of a prompt that is not UTF-8", async () => {
    write("prompts/p.md", Buffer.from([0x48, 0xff, 0x69]));
    expect(await complaint()).toContain("it is not text in UTF-8");
  });

  it("tells of a file that is far too large, without reading it", async () => {
    write("prompts/p.md", Buffer.alloc(2_000_000, 0x61));
    expect(await complaint()).toContain("it has more than");
  });

  it("follows no link out of the project", async () => {
    rmSync(join(directory, "prompts/p.md"));
    writeFileSync(join(root, "outside.md"), "outside");
    symlinkSync(join(root, "outside.md"), join(directory, "prompts/p.md"));
    expect(await complaint()).toContain("a link leads out of the project");
  });

  it("follows no linked directory out of the project, not even to a neighbour whose name begins the same", async () => {
    rmSync(join(directory, "prompts"), { recursive: true });
    mkdirSync(join(root, "project-2"));
    writeFileSync(join(root, "project-2/p.md"), "outside");
    symlinkSync(join(root, "project-2"), join(directory, "prompts"));
    expect(await complaint()).toContain("a link leads out of the project");
  });

  it("follows links inside the project, and a link to rollward.yaml itself", async () => {
    symlinkSync(join(directory, "prompts/p.md"), join(directory, "prompts/linked.md"));
    write("rollward.yaml", CONFIG.replace("prompts/p.md", "prompts/linked.md"));
    symlinkSync(join(directory, "rollward.yaml"), join(root, "elsewhere.yaml"));
    expect(await complaint()).toBe("nothing");
    const linked = await readProject(join(root, "elsewhere.yaml"));
    expect(linked.files.has("elsewhere.yaml")).toBe(true);
  });

  it("tells of links that lead in a circle", async () => {
    rmSync(join(directory, "prompts/p.md"));
    symlinkSync("p.md", join(directory, "prompts/p.md"));
    expect(await complaint()).toContain("its links lead in a circle");
  });

  it("fails by no exception when rollward.yaml itself is not there", async () => {
    const loaded = loadProject(await readProject(join(directory, "gone.yaml")));
    expect(loaded).toMatchObject({
      ok: false,
      missing: ["gone.yaml"],
      mistakes: [
        { file: "gone.yaml", line: 1, column: 1, message: expect.stringContaining("there is no such file") as unknown },
      ],
    });
  });

  it("says that a directory is no configuration, and names the one that lies in it", async () => {
    const reasonOf = async (path: string): Promise<string | undefined> =>
      [...((await readProject(path)).unreadable ?? [])][0]?.[1];
    expect(await reasonOf(directory)).toBe(
      `it is a directory; name the file in it: ${join(directory, "rollward.yaml")}`,
    );
    expect(await reasonOf(root)).toBe("it is a directory without a rollward.yaml");
  });
});
