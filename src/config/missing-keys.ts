import { loadProject } from "./load.ts";
import type { Mistake, ProjectFiles, ProviderSettings } from "./project.ts";
import { inEnvironment } from "./source/in-environment.ts";
import { mistake } from "./source/mistakes.ts";
import type { Place } from "./source/mistakes.ts";
import { readYaml } from "./source/yaml-file.ts";

/** Variables by their names; a missing or empty one is not set. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The variables that the providers of a project take their keys from and that are not set, each at its place in
 * rollward.yaml: without them a server cannot serve it. None for a project with other mistakes.
 */
export function missingKeys(
  bundle: ProjectFiles,
  environment: string | null,
  variables: Variables,
): readonly Mistake[] {
  const loaded = loadProject(bundle, environment ?? undefined);
  if (!loaded.ok) return [];
  const { project } = loaded;
  const placeOf = keyPlaces(bundle, project.environment);
  return [...project.providers].flatMap(([name, settings]) =>
    keysOf(settings)
      .filter(({ variable }) => (variables[variable]?.trim() ?? "") === "")
      .map(({ key, variable }) =>
        mistake(placeOf(name, key), {
          message: `providers.${name}.${key}: the environment variable ${variable} is not set`,
          fix: `set ${variable} where the server runs, or name another variable in \`${key}\``,
        }),
      ),
  );
}

/** Where a project names the variable of a provider's key; the provider itself where it leaves the name out. */
export function keyPlaces(bundle: ProjectFiles, environment: string): (provider: string, key: string) => Place {
  const yaml = inEnvironment(readYaml(bundle.main, bundle.files.get(bundle.main) ?? ""), environment);
  return (provider, key) => {
    const path = ["providers", provider, key];
    return isWritten(yaml.value, path) ? yaml.valueAt(path) : yaml.keyAt(["providers", provider]);
  };
}

interface NamedKey {
  readonly key: string;
  readonly variable: string;
}

/** The variables without which a provider cannot start. */
function keysOf(settings: ProviderSettings): readonly NamedKey[] {
  const keys = "keyEnvs" in settings ? settings.keyEnvs.map((variable) => ({ key: "key_env", variable })) : [];
  if (keys.length > 0) return keys;
  if ("credentialsEnv" in settings) return [{ key: "credentials_env", variable: settings.credentialsEnv }];
  if (!("accessKeyEnv" in settings)) return [];
  return [
    { key: "access_key_env", variable: settings.accessKeyEnv },
    { key: "secret_key_env", variable: settings.secretKeyEnv },
  ];
}

/** Whether a path is there: a name that is left out stands nowhere. */
const isWritten = (value: unknown, path: readonly string[]): boolean =>
  path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  ) !== undefined;
