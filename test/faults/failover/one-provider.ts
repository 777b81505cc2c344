import type { ProjectText } from "../../fixtures/running-server.ts";

/** An endpoint of a test: the provider's model as `<fault>.<label>`, and further lines of YAML. */
export interface TestEndpoint {
  readonly model: string;
  /** A second model of the same kind that steps in. */
  readonly backup?: string;
  readonly yaml?: string;
}

/** A project in which each endpoint has a provider of its own, so that what happens to one is not told to the others. */
export function oneProviderEach(baseUrl: string, endpoints: Readonly<Record<string, TestEndpoint>>): ProjectText {
  const named = Object.entries(endpoints);
  const model = (id: string): string => `      "${id}": { price: { input: 1, output: 2 } }\n`;
  const providers = named.map(
    ([name, { model: id, backup }]) =>
      `  ${name}:\n    kind: openai-compatible\n    base_url: ${baseUrl}\n    models:\n${model(id)}${backup === undefined ? "" : model(backup)}`,
  );
  const served = named.map(([name, { model: id, backup, yaml }]) => {
    const chain = [id, ...(backup === undefined ? [] : [backup])].map((one) => `"${name}/${one}"`).join(", ");
    return `  ${name}:\n    models: [${chain}]\n${yaml === undefined ? "" : `    ${yaml}\n`}`;
  });
  return {
    "rollward.yaml": `environment: production\nproviders:\n${providers.join("")}endpoints:\n${served.join("")}`,
  };
}
