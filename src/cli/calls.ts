import { diffCalls, listCallLines, listCalls, replayCall, showCall } from "../contract/calls.ts";
import { ask, CliError } from "./ask.ts";
import { addFilters, queryOf, WRITTEN } from "./call-filters.ts";
import type { FilterOptions } from "./call-filters.ts";
import { followCalls } from "./follow-calls.ts";
import { saveCalls } from "./save-calls.ts";
import { sendAgain } from "./send-again.ts";
import { HEADING, rowOf } from "./call-rows.ts";
import { callText, usd } from "./call-text.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { curlOf } from "./curl-of.ts";
import { diffText } from "./diff-text.ts";
import { formatTable } from "./format-table.ts";

/** `rollward calls list|show|tail|diff|export|replay`. */
export const calls: AddCommand = (program, line) => {
  const group = program.command("calls").description("recorded calls");
  addFilters(group.command("list [endpoint]").description("calls, newest first"))
    .option("--oldest", "oldest first")
    .option("--after <call>", "only calls after this one in that order, for paging")
    .option("-n, --limit <count>", "how many, at most 200", "20")
    .action((endpoint: string | undefined, options: FilterOptions) => list(line, endpoint, options));
  addFilters(group.command("tail [endpoint]").description("new calls as they come, until you stop it")).action(
    (endpoint: string | undefined, options: FilterOptions) => followCalls(line, queryOf(endpoint, options)),
  );
  addFilters(
    group
      .command("export <file> [endpoint]")
      .description("all calls of a filter as JSON lines; goes on where a broken one ended"),
  )
    .option("--bodies", "with the exact bytes")
    .action((file: string, endpoint: string | undefined, options: FilterOptions) =>
      saveCalls(line, file, { ...queryOf(endpoint, options), ...(options["bodies"] === true && { bodies: "true" }) }),
    );
  group
    .command("show <call>")
    .description("one call: what served it, every attempt, cost and bytes")
    .option("--curl", "the request as a curl command instead")
    .action(async (id: string, options: { readonly curl?: true }) => {
      const call = await ask(line.connection(), showCall, { params: { call: id } });
      if (options.curl === true) line.say(curlOf(call, line.connection().url));
      else line.say(line.json() ? JSON.stringify(call) : callText(call));
    });
  group
    .command("diff <call> <other>")
    .description("in what two calls differ: facts, request and answer")
    .action((id: string, other: string) => diff(line, id, other));
  group
    .command("replay <call>")
    .description("sends the recorded request again, at your key's expense; never counted as evidence")
    .option("--release <release>", "what would have been with it, as support-bot@8; its own without")
    .action((id: string, options: { readonly release?: string }) => replay(line, id, options.release));
};

async function list(line: CommandLine, endpoint: string | undefined, options: FilterOptions): Promise<void> {
  const { oldest, after, limit } = options;
  const query = {
    ...queryOf(endpoint, options),
    ...(oldest === true && { order: "oldest" }),
    ...(typeof after === "string" && { after }),
    ...(typeof limit === "string" && { limit }),
  };
  if (line.json()) {
    const { data } = await ask(line.connection(), listCalls, { query, written: WRITTEN });
    return line.say(JSON.stringify(data));
  }
  const { data, behind } = await ask(line.connection(), listCallLines, { query, written: WRITTEN });
  const isSearch = typeof options["search"] === "string";
  line.say(
    formatTable([
      isSearch ? [...HEADING, "asked"] : HEADING,
      ...data.map((call) => [...rowOf(call), ...(isSearch ? [call.gist?.asked ?? ""] : [])]),
    ]),
  );
  if (isSearch && behind > 0)
    line.say(`${behind} packs of calls are not indexed yet: words are not looked for in them.`);
}

async function diff(line: CommandLine, id: string, other: string): Promise<void> {
  const answer = await ask(line.connection(), diffCalls, { params: { call: id }, query: { with: other } });
  line.say(line.json() ? JSON.stringify(answer) : diffText(answer));
}

async function replay(line: CommandLine, id: string, release: string | undefined): Promise<void> {
  const call = await ask(line.connection(), showCall, { params: { call: id } });
  if (!CONVERSATIONS.includes(call.dialect)) {
    if (release !== undefined) throw new CliError(`A call in ${call.dialect} cannot be sent through another release.`);
    return sendAgain(line, call);
  }
  const body = release === undefined ? {} : { release };
  const answer = await ask(line.connection(), replayCall, { params: { call: id }, body });
  const same = answer.is_same ? "the same answer" : "another answer";
  line.say(
    line.json()
      ? JSON.stringify(answer)
      : `${answer.call}  ${answer.release}  ${answer.status}  ${answer.total_ms.toFixed(0)} ms  ${usd(answer.cost_pico)}  ${same}\n${answer.after}`,
  );
  if (answer.status >= 400) line.exitWith(1);
}

/** Dialects whose calls a release answers. */
const CONVERSATIONS: readonly string[] = ["openai-chat", "openai-responses", "anthropic-messages"];
