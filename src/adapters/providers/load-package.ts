import { RollwardError } from "../../domain/errors.ts";

/**
 * Loads a package that only some providers need. Throws `invalid_request` with the command that installs it
 * when it is not there.
 */
export async function loadPackage<Module>(
  provider: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    const reason = `The provider ${provider} needs the package ${name}, which is not installed. Run \`npm install ${name}\` and start again.`;
    throw new RollwardError("invalid_request", { reason });
  }
}
