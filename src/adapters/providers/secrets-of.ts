import { readFile } from "node:fs/promises";
import { RollwardError } from "../../domain/errors.ts";
import type { AwsCredentials } from "./aws/aws-credentials.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where AWS credentials are; the session token's variable may be unset. */
export interface AwsVariables {
  readonly region: string;
  readonly accessKeyEnv: string;
  readonly secretKeyEnv: string;
  readonly sessionTokenEnv: string;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: ": there is no such file",
  ENOTDIR: ": there is no such file",
  EISDIR: ": it is a directory",
  EACCES: ": this user may not read it",
};

/** The secret in a variable. Throws `provider_unusable` when it is not set. */
export function secretIn(provider: string, variable: string, environment: Environment): string {
  const key = environment[variable]?.trim() ?? "";
  if (key !== "") return key;
  const reason = `the environment variable ${variable}, from which it takes its key, is not set`;
  throw new RollwardError("provider_unusable", { provider, reason });
}

/** AWS credentials. Throws `provider_unusable` when they are not set. */
export function awsCredentials(
  { name, accessKeyEnv, secretKeyEnv, sessionTokenEnv }: AwsVariables & { readonly name: string },
  environment: Environment,
): AwsCredentials {
  const session = environment[sessionTokenEnv]?.trim() ?? "";
  return {
    accessKeyId: secretIn(name, accessKeyEnv, environment),
    secretAccessKey: secretIn(name, secretKeyEnv, environment),
    sessionToken: session === "" ? null : session,
  };
}

/** The variables to look at when AWS credentials are refused. */
export const awsNames = ({ accessKeyEnv, secretKeyEnv }: AwsVariables): string => `${accessKeyEnv} and ${secretKeyEnv}`;

/** JSON in a variable, or the file that it names. Throws `provider_unusable`; nothing of either is shown. */
export async function textOrFile(provider: string, variable: string, environment: Environment): Promise<string> {
  const given = secretIn(provider, variable, environment);
  if (given.startsWith("{")) return given;
  try {
    return await readFile(given, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = `the file that the environment variable ${variable} names cannot be read${REASONS[code] ?? ""}`;
    throw new RollwardError("provider_unusable", { provider, reason });
  }
}
