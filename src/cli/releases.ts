import { listReleases, showRelease } from "../contract/endpoints.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward releases list|show`. */
export const releases: AddCommand = (program, line) => {
  const group = program.command("releases").description("immutable releases of an endpoint");
  group
    .command("list <endpoint>")
    .description("releases, newest first")
    .action(async (endpoint: string) => {
      const { data } = await ask(line.connection(), listReleases, { params: { endpoint }, query: { limit: 50 } });
      const rows = data.map(({ name, digest, created_at, author }) => [name, digest.slice(0, 12), created_at, author]);
      line.say(line.json() ? JSON.stringify(data) : formatTable([["release", "digest", "created", "author"], ...rows]));
    });
  group
    .command("show <release>")
    .description("one release with its content, for example support-bot@2")
    .action(async (name: string) => {
      const [endpoint = "", number = ""] = name.split("@");
      if (!/^\d{1,9}$/.test(number)) throw new CliError(`"${name}" is not a release.`, "Write it like support-bot@2.");
      const release = await ask(line.connection(), showRelease, { params: { endpoint, number } });
      line.say(JSON.stringify(release, null, line.json() ? 0 : 2));
    });
};
