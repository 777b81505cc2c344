import { textOrFile } from "../secrets-of.ts";
import type { Environment } from "../secrets-of.ts";
import { readServiceAccount } from "./read-service-account.ts";
import type { KeyFilePlace } from "./read-service-account.ts";

/** Looks at a service account's key file before anything is made with it. Throws `provider_unusable`. */
export async function requireKeyFile(place: KeyFilePlace, environment: Environment): Promise<void> {
  readServiceAccount(place, await textOrFile(place.provider, place.variable, environment));
}
