import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";
import { askProcess } from "../../test/fixtures/server-process.ts";

/** Counts that the server gives of itself. */
export interface ServerHealth {
  readonly in_flight: number;
  readonly records: {
    readonly recorded: number;
    readonly dropped_bodies: number;
    readonly dropped_facts: number;
    readonly waiting: number;
  };
}

/** Asks the server how it is; throws with its output when it is gone. */
export async function healthOf(server: ServerProcess): Promise<ServerHealth> {
  const answer = await askProcess(server, { method: "GET", path: "/api/health" });
  if (answer?.status !== 200) throw new Error(`The server does not tell how it is:\n${server.output().slice(-4_000)}`);
  return answer.body as ServerHealth;
}

/** Resident memory of the server's process, MiB; 0 where the system does not tell. */
export function residentMb({ process: { pid } }: ServerProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** Sockets that the server's process has open, listening ones among them; 0 where the system does not tell. */
export function openSockets({ process: { pid } }: ServerProcess): number {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length;
  } catch {
    return 0;
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // Closed between listing and looking.
    return false;
  }
}

/** Lines of the server's output that tell of something nobody caught. */
export const uncaughtIn = (output: string): readonly string[] =>
  output.split("\n").filter((line) => /unhandled|uncaught/i.test(line));

interface Page {
  readonly data: readonly { readonly id: string }[];
}

/** Most calls in one page of the list. */
const PAGE = 200;

/** The ids of all recorded calls, newest first, a page at a time. */
export async function* recordedIds(server: ServerProcess): AsyncGenerator<string> {
  let before: string | undefined;
  for (;;) {
    const path = `/api/calls?limit=${PAGE}${before === undefined ? "" : `&before=${before}`}`;
    const answer = await askProcess(server, { method: "GET", path });
    if (answer?.status !== 200) throw new Error(`The list of calls cannot be read: ${JSON.stringify(answer)}`);
    const { data } = answer.body as Page;
    for (const { id } of data) yield id;
    before = data.at(-1)?.id;
    if (data.length < PAGE || before === undefined) return;
  }
}
