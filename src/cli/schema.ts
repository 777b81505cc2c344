import { readFileSync } from "node:fs";
import { CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";

/** Beside `src` in a clone and beside `dist` in a build. */
const SCHEMA = new URL("../../schema/rollward.schema.json", import.meta.url);

/** `rollward schema`: the JSON Schema of rollward.yaml, for editors. Asks no server. */
export const schema: AddCommand = (program, line) => {
  program
    .command("schema")
    .description("prints the JSON Schema of rollward.yaml, for editors")
    .action(() => line.say(schemaText()));
};

function schemaText(): string {
  try {
    return readFileSync(SCHEMA, "utf8").trimEnd();
  } catch {
    throw new CliError("The schema is not beside this program. In a clone, `npm run generate` writes it.");
  }
}
