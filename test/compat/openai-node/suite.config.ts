import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The tests of OpenAI's Node client, of the resources that Rollward has. */
const RESOURCES = [
  "chat/completions/*",
  "completions",
  "embeddings",
  "models",
  "moderations",
  "images",
  "audio/*",
  "files",
  "responses/*",
];

const { ROLLWARD_OPENAI_NODE_SUITE: root = "", ROLLWARD_SUITE_KEY: key = "" } = process.env;

/** Runs them against the client that is installed here. Their key stands in their text, so it is replaced there. */
export default defineConfig({
  root,
  resolve: {
    alias: [{ find: /^openai$/, replacement: fileURLToPath(import.meta.resolve("openai")) }],
  },
  plugins: [
    {
      name: "key-of-the-suite",
      // Before the text is compiled, which changes its quotes.
      enforce: "pre",
      transform: (code, id) =>
        id.startsWith(root)
          ? code.replace("apiKey: 'My API Key'", `apiKey: ${JSON.stringify(key)}, defaultQuery: { provider: "vendor" }`)
          : null,
    },
  ],
  test: {
    globals: true,
    include: RESOURCES.map((resource) => `tests/api-resources/${resource}.test.ts`),
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
