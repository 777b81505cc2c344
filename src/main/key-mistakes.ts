import { requireKeyFile } from "../adapters/providers/vertex/require-key-file.ts";
import { loadProject } from "../config/load.ts";
import { keyPlaces, missingKeys } from "../config/missing-keys.ts";
import type { Mistake, Project, ProjectFiles } from "../config/project.ts";
import { mistake } from "../config/source/mistakes.ts";
import { RollwardError } from "../domain/errors.ts";

/** Of the process, which hold the keys of providers. */
type Variables = Readonly<Record<string, string | undefined>>;

/** What keeps the providers of a project from their keys: variables that are not set, and key files that cannot be used. */
export async function keyMistakes(
  bundle: ProjectFiles,
  environment: string | null,
  variables: Variables,
): Promise<readonly Mistake[]> {
  const missing = missingKeys(bundle, environment, variables);
  const loaded = loadProject(bundle, environment ?? undefined);
  if (!loaded.ok) return missing;
  const placeOf = keyPlaces(bundle, loaded.project.environment);
  const unusable = await unusableKeyFiles(loaded.project, variables);
  return [
    ...missing,
    ...unusable.map(({ provider, error }) =>
      mistake(placeOf(provider, "credentials_env"), {
        message: `providers.${provider}.credentials_env: ${error.details["reason"]}`,
        fix: "name the file that Google Cloud made for a key of the service account, or another variable in `credentials_env`",
      }),
    ),
  ];
}

/** Throws `provider_unusable` where a key file of a project cannot be used: with it, every call would fail. */
export async function requireKeyFiles(project: Pick<Project, "providers">, variables: Variables): Promise<void> {
  const [first] = await unusableKeyFiles(project, variables);
  if (first !== undefined) throw first.error;
}

interface Unusable {
  readonly provider: string;
  readonly error: RollwardError;
}

/** Variables that are not set are told elsewhere. */
async function unusableKeyFiles({ providers }: Pick<Project, "providers">, variables: Variables): Promise<Unusable[]> {
  const found: Unusable[] = [];
  for (const [provider, settings] of providers) {
    if (settings.kind !== "vertex") continue;
    const variable = settings.credentialsEnv;
    if ((variables[variable]?.trim() ?? "") === "") continue;
    try {
      await requireKeyFile({ provider, variable }, variables);
    } catch (error) {
      found.push({ provider, error: RollwardError.from(error) });
    }
  }
  return found;
}
