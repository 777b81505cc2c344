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

/** The secret in a variable. Throws `invalid_request` when it is not set. */
export function secretIn(provider: string, variable: string, environment: Environment): string {
  const key = environment[variable]?.trim() ?? "";
  if (key !== "") return key;
  const reason = `The provider ${provider} takes its key from the environment variable ${variable}, which is not set.`;
  throw new RollwardError("invalid_request", { reason });
}

/** AWS credentials. Throws `invalid_request` when they are not set. */
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

/** JSON in a variable, or the file that it names. Throws `invalid_request`; nothing of either is shown. */
export async function textOrFile(provider: string, variable: string, environment: Environment): Promise<string> {
  const given = secretIn(provider, variable, environment);
  if (given.startsWith("{")) return given;
  try {
    return await readFile(given, "utf8");
  } catch {
    const reason = `The file that the environment variable ${variable} names for the provider ${provider} cannot be read.`;
    throw new RollwardError("invalid_request", { reason });
  }
}
