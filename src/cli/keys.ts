import { Option } from "commander";
import { createKey, keyScope, listKeys, revokeKey } from "../contract/keys.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

/** `rollward keys create|list|revoke`. */
export const keys: AddCommand = (program, line) => {
  const group = program.command("keys").description("API keys");
  group
    .command("create <name>")
    .description("creates a key and shows it once")
    .addOption(new Option("-s, --scope <scope...>", "what it may do").choices(keyScope.options).default(["inference"]))
    .option("-e, --endpoint <endpoint...>", "only these endpoints")
    .option("--preview", "its calls are given the candidate wherever a rollout has one; they are no evidence")
    .option("--role <role...>", "what its holder may decide at gates, for example approver")
    .option("--tenant <name>", "whose calls it makes, for limits, budgets and caches")
    .option("--expires <instant>", "ISO 8601, for example 2027-01-31T00:00:00Z")
    .action(async (name: string, options: KeyOptions) => {
      const body = keyOf(name, options);
      const { key, secret } = await ask(line.connection(), createKey, {
        body,
        written: { tenant: "--tenant", name: "The name", expires_at: "--expires" },
      });
      line.say(
        line.json() ? JSON.stringify({ key, secret }) : `${secret}\n\nThis is the only time it is shown. Id: ${key.id}`,
      );
    });
  group
    .command("list")
    .description("all keys, without secrets")
    .action(async () => {
      const { data } = await ask(line.connection(), listKeys);
      const rows = data.map((key) => [
        key.id,
        key.name,
        key.environment,
        key.scopes.join(","),
        key.tenant ?? "–",
        key.roles.join(",") || "–",
        key.endpoints?.join(",") ?? "all endpoints",
        key.revoked_at !== null ? `revoked ${key.revoked_at}` : (key.expires_at ?? "never expires"),
      ]);
      line.say(
        line.json()
          ? JSON.stringify(data)
          : formatTable([["id", "name", "environment", "scopes", "tenant", "roles", "endpoints", "expires"], ...rows]),
      );
    });
  group
    .command("revoke <id>")
    .description("revokes a key at once")
    .action(async (id: string) => {
      const key = await ask(line.connection(), revokeKey, { params: { key: id } });
      line.say(line.json() ? JSON.stringify(key) : `${key.name} (${key.id}) is revoked.`);
    });
};

/** The options of `keys create`. */
interface KeyOptions {
  readonly scope: string[];
  readonly endpoint?: string[];
  readonly expires?: string;
  readonly tenant?: string;
  readonly role?: string[];
  readonly preview?: boolean;
}

const keyOf = (name: string, { scope, endpoint, expires, tenant, role, preview }: KeyOptions) => ({
  name,
  scopes: preview === true ? [...scope, "preview"] : scope,
  endpoints: endpoint ?? null,
  tenant: tenant ?? null,
  roles: role ?? [],
  expires_at: expires === undefined ? null : instantOf(expires),
});

function instantOf(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new CliError(`"${text}" is not an instant.`, "Write it like 2027-01-31T00:00:00Z.");
  return new Date(at).toISOString();
}
