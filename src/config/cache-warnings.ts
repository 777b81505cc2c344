import type { EndpointSettings } from "./project.ts";

/** Sentences on endpoints whose `cache` keeps only what is drawn without chance, and that do not ask for that. */
export const cacheWarnings = (endpoints: Iterable<Pick<EndpointSettings, "name" | "content">>): readonly string[] =>
  [...endpoints].flatMap(({ name, content: { parameters, policies } }) => {
    // A temperature of its own that is not 0 is a mistake, told as such.
    if (policies.cache === undefined || policies.cache.sampled || parameters["temperature"] === 0) return [];
    return [
      `The endpoint ${name} has a cache, but requests without \`temperature: 0\` pass it by: set \`parameters: { temperature: 0 }\`, or \`cache.sampled: true\` to keep sampled answers too.`,
    ];
  });
