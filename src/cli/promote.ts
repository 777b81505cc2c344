import type { z } from "zod";
import { findPromotable, promoteRelease } from "../contract/promotions.ts";
import type { releaseDocument } from "../contract/promotions.ts";
import { ask, CliError } from "./ask.ts";
import type { Connection } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";

interface PromoteOptions {
  readonly from: string;
  readonly to: string;
  readonly release?: string;
  readonly reason?: string;
  readonly forceReason?: string;
  readonly toUrl?: string;
  readonly toKey?: string;
}

type Promoted = z.output<typeof promoteRelease.answer>;

/** `rollward promote`: takes what is stable in one environment into another one, by the policy there. */
export const promote: AddCommand = (program, line) => {
  program
    .command("promote <endpoint>")
    .description("opens a rollout of the release that is stable in one environment in another one")
    .requiredOption("--from <environment>", "where it has proven itself")
    .requiredOption("--to <environment>", "where it is to go")
    .option("--release <number>", "another one than the stable: 8 or support-bot@8")
    .option("--reason <text>", "why, for the log")
    .option("--force-reason <text>", "why one goes that is not stable there")
    .option("--to-url <url>", "another server, with a database of its own")
    .option("--to-key <key>", "an admin key of that server (better: ROLLWARD_TO_API_KEY)")
    .action(async (endpoint: string, options: PromoteOptions) => {
      const promoted = await carry(line, endpoint, options);
      line.say(line.json() ? JSON.stringify(promoted) : textOf(promoted));
    });
};

/** Within a server its own word is enough; between two the first one hands the release over. */
function carry(line: CommandLine, endpoint: string, options: PromoteOptions): Promise<Promoted> {
  const { from, to, toUrl, reason = null, forceReason = null } = options;
  const here = line.connection();
  const release = options.release === undefined ? null : numberOf(endpoint, options.release);
  const common = { from, reason, force_reason: forceReason };
  const written = { release: "--release", from: "--from", environment: "--to" };
  if (toUrl === undefined) {
    if (options.toKey !== undefined) throw new CliError("`--to-key` is of no use without `--to-url`.");
    const body = { ...common, release };
    return ask({ ...here, environment: to }, promoteRelease, { params: { endpoint }, body, written });
  }
  const there: Connection = { url: toUrl, key: options.toKey ?? line.environment["ROLLWARD_TO_API_KEY"] ?? null };
  if (there.key === null) {
    throw new CliError(
      "No key for the other server.",
      "Set ROLLWARD_TO_API_KEY to an admin key of it, or name one with `--to-key`.",
    );
  }
  return handOver(
    { here: { ...here, environment: from }, there: { ...there, environment: to } },
    { endpoint, release, common },
  );
}

interface Parcel {
  readonly endpoint: string;
  readonly release: number | null;
  readonly common: { readonly from: string; readonly reason: string | null; readonly force_reason: string | null };
}

async function handOver(
  { here, there }: { readonly here: Connection; readonly there: Connection },
  { endpoint, release, common }: Parcel,
): Promise<Promoted> {
  const query = {
    ...(release !== null && { release }),
    ...(common.force_reason !== null && { force_reason: common.force_reason }),
  };
  const document: z.output<typeof releaseDocument> = await ask(here, findPromotable, { params: { endpoint }, query });
  return ask(there, promoteRelease, { params: { endpoint }, body: { ...common, document } });
}

function numberOf(endpoint: string, written: string): number {
  const number = written.startsWith(`${endpoint}@`) ? written.slice(endpoint.length + 1) : written;
  if (/^[1-9]\d{0,8}$/.test(number)) return Number(number);
  throw new CliError(`"${written}" is not a release of ${endpoint}.`, `Write its number: 8, or ${endpoint}@8.`);
}

const OUTCOMES = {
  first: "is the first release there and serves at once",
  rollout: "goes out by rollout",
  queued: "is queued",
} as const;

function textOf({ from, to, release, digest, outcome, rollout, waits_until: until }: Promoted): string {
  const does = until === null ? OUTCOMES[outcome] : `waits until ${until}`;
  return `${release} (${digest.slice(0, 12)}) was promoted from ${from} to ${to}: it ${does}${rollout === null ? "" : ` (${rollout})`}.`;
}
