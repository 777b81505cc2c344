import { expect, test } from "vitest";
import { loadProject } from "../load.ts";

const PROVIDERS: Readonly<Record<string, string>> = {
  claude: "{ kind: anthropic, models: { embed-1: { price: { input: 3, output: 15 } } } }",
  google: "{ kind: gemini, models: { embed-1: { price: { input: 3, output: 15 } } } }",
  demo: "{ kind: simulated, models: { embed-1: { price: { input: 0, output: 0 } } } }",
  openai: "{ kind: openai, models: { embed-1: { price: { input: 3, output: 15 } } } }",
  own: "{ kind: vllm, base_url: 'https://vllm.example.com/v1', models: { embed-1: {} } }",
  cloud:
    "{ kind: vertex, project: acme-prod, location: global, models: { claude-x: { price: { input: 3, output: 15 } }, embed-1: { price: { input: 1, output: 0 } } } }",
  pair: "{ kind: pool, members: { openai: 1, own: 1 } }",
};

function mistakesOf(embedder: string, names: readonly string[]): readonly string[] {
  const loaded = loadProject({
    main: "rollward.yaml",
    files: new Map([
      [
        "rollward.yaml",
        `environment: production
endpoints:
  bot:
    prompt: help.md
    models: [${names[0]}/embed-1]
    cache:
      ttl: 1h
      shared: endpoint
      semantic:
        judge: ${names[0]}/embed-1
        embedder: ${embedder}
        dimension: 8
providers:
${names.map((name) => `  ${name}: ${PROVIDERS[name]}\n`).join("")}`,
      ],
      ["help.md", "[system]\nHelp."],
    ]),
  });
  return loaded.ok ? [] : loaded.mistakes.map(({ file, line, message, fix }) => `${file}:${line}: ${message} → ${fix}`);
}

test("an embedder of a kind that makes no vectors is a mistake that names those who do", () => {
  expect(mistakesOf("claude/embed-1", ["openai", "claude", "own"])).toEqual([
    'rollward.yaml:11: endpoints.bot.cache.semantic.embedder: "claude" makes no vectors: its kind is `anthropic` → write `local`, or a model of a provider of the kind ' +
      "`openai`, `azure-openai`, `openai-compatible`, `gemini`, `vertex`, `bedrock`, `cohere` or another that speaks OpenAI's wire; here: openai, own",
  ]);
});

test("a Claude at Vertex makes no vectors, and others there do", () => {
  expect(mistakesOf("cloud/claude-x", ["openai", "cloud"])).toEqual([
    expect.stringMatching(
      /^rollward\.yaml:11: .*"cloud\/claude-x" makes no vectors: it is asked on Anthropic's wire/,
    ) as string,
  ]);
  expect(mistakesOf("cloud/embed-1", ["openai", "cloud"])).toEqual([]);
});

test.each(["demo", "pair"])("%s makes no vectors", (name) => {
  expect(mistakesOf(`${name}/embed-1`, ["openai", "own", name])).toEqual([
    expect.stringMatching(/^rollward\.yaml:11: .* makes no vectors/) as string,
  ]);
});

test.each(["openai", "own", "google"])("%s makes vectors", (name) => {
  expect(mistakesOf(`${name}/embed-1`, ["openai", "own", "google"])).toEqual([]);
});
