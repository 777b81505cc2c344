import { closest } from "../closest.ts";
import { environmentsOf } from "../environments-of.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import type { Mistake } from "../project.ts";
import { mistake, shown } from "../source/mistakes.ts";
import type { YamlFile } from "../source/yaml-file.ts";
import { NAME_FAULT } from "./check-meters.ts";

/** What of an endpoint may differ between environments. */
const MAY_DIFFER = ["rollout", "notify"];

/** Names of environments, that their endpoints exist, and that nothing differs there which is part of a release. */
export function checkEnvironments(findings: Findings): void {
  const { value } = findings.yaml;
  const declared = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  for (const [name, environment] of membersOf(memberOf(value, "environments"))) {
    const path = ["environments", name];
    if (!NAME.test(name)) findings.atKey(path, NAME_FAULT);
    for (const [endpoint, differences] of membersOf(memberOf(environment, "endpoints"))) {
      const place = [...path, "endpoints", endpoint];
      if (!declared.includes(endpoint)) findings.atKey(place, unknownEndpoint(endpoint, declared));
      for (const [key] of membersOf(differences)) {
        if (!MAY_DIFFER.includes(key)) findings.atKey([...place, key], partOfRelease(key));
      }
    }
  }
}

function unknownEndpoint(endpoint: string, declared: readonly string[]) {
  const near = closest(endpoint, declared);
  return {
    message: `there is no endpoint ${shown(endpoint)}`,
    fix: near === null ? "declare it under `endpoints`; here stands only what differs" : `did you mean "${near}"?`,
  };
}

const partOfRelease = (key: string) => ({
  message: `\`${key}\` cannot differ between environments: a release goes through all of them with the same digest`,
  fix: `write \`${key}\` under \`endpoints\` above; here only \`rollout\` and \`notify\` may stand`,
});

/** Each is a reading of the whole file. */
const MOST_ENVIRONMENTS = 50;

/** Found before any of them is read. */
export function tooManyEnvironments(yaml: YamlFile): Mistake | null {
  const count = environmentsOf(yaml.value).length;
  if (count <= MOST_ENVIRONMENTS) return null;
  const message = `this project has ${count} environments`;
  return mistake(yaml.keyAt(["environments"]), {
    message,
    fix: `declare at most ${MOST_ENVIRONMENTS}, the own one included`,
  });
}

/** An environment that nobody has declared is a typing error: there is no mistake where it is one of the project's. */
export function unknownEnvironment(yaml: YamlFile, asked: string): Mistake | null {
  const known = environmentsOf(yaml.value);
  if (known.includes(asked)) return null;
  const near = closest(asked, known);
  const message = `this project has no environment ${shown(asked)}`;
  const fix = near === null ? `add it under \`environments\`; there is ${known.join(", ")}` : `did you mean "${near}"?`;
  return mistake(yaml.keyAt(["environments"]), { message, fix });
}
