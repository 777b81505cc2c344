import type { Project } from "./project.ts";

/** Variables by their names; a missing or empty one is not set. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Where secrets are named: contents of releases are the user's own words. */
type Named = Pick<Project, "providers" | "alerts" | "endpoints" | "telemetry">;

/**
 * Sentences on environment variables that a project names for secrets and that this server does not have: what needs them
 * fails only when it is used.
 */
export function secretWarnings(project: Named, variables: Variables): readonly string[] {
  const missing = new Map<string, Set<string>>();
  for (const [name, where] of namedSecrets(project)) {
    if (variables[name] === undefined || variables[name] === "") {
      missing.set(name, (missing.get(name) ?? new Set()).add(where));
    }
  }
  return [...missing].map(
    ([name, places]) =>
      `${name} is not set in this server's environment, and ${[...places].join(", ")} ${places.size === 1 ? "needs" : "need"} it: set it and start the server again.`,
  );
}

type Found = readonly (readonly [variable: string, where: string])[];

function namedSecrets({ providers, alerts, endpoints, telemetry }: Named): Found {
  const headersEnv = telemetry?.otlp.headersEnv ?? null;
  return [
    ...[...providers].flatMap(([name, settings]) => secretsIn(settings, `the provider ${name}`)),
    ...[...alerts.notifiers].flatMap(([name, settings]) => secretsIn(settings, `the notifier ${name}`)),
    ...[...endpoints].flatMap(([name, { plan }]) => secretsIn(plan, `the rollout plan of ${name}`)),
    ...(headersEnv === null ? [] : ([[headersEnv, "`telemetry.otlp`"]] as const)),
  ];
}

/** Members that name a variable. Not by their ending: a header that a project calls so has a secret for its value. */
const NAMING: ReadonlySet<string> = new Set([
  "accessKeyEnv",
  "credentialsEnv",
  "keyEnv",
  "keyEnvs",
  "passwordEnv",
  "secretEnv",
  "secretKeyEnv",
  "tokenEnv",
  "urlEnv",
  "userEnv",
]);

/** The variables that settings name, however deep; `sessionTokenEnv` is left out, which not every account has. */
function secretsIn(settings: unknown, where: string): Found {
  if (typeof settings !== "object" || settings === null) return [];
  const members = settings instanceof Map ? [...(settings as ReadonlyMap<string, unknown>)] : Object.entries(settings);
  return members.flatMap(([name, value]): Found => {
    if (!NAMING.has(name)) return secretsIn(value, where);
    const named: readonly unknown[] = Array.isArray(value) ? value : [value];
    return named.flatMap((one) => (typeof one === "string" ? [[one, where] as const] : []));
  });
}
