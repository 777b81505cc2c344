import { callLine } from "../contract/calls.ts";
import { followLive } from "../contract/console.ts";
import { CliError, failure, send } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { rowOf } from "./call-rows.ts";

/** Shows new calls of a filter as they come, until the stream ends. Words and feedback are not looked at. */
export async function followCalls(line: CommandLine, query: Readonly<Record<string, string>>): Promise<void> {
  const unseen = ["text", "tool", "tag", "feedback"].find((name) => query[name] !== undefined);
  if (unseen !== undefined) {
    throw new CliError(
      "What was said is not known yet while a call is told.",
      "Use `rollward calls list` for that filter.",
    );
  }
  const connection = line.connection();
  const { environment = null } = connection;
  const calls = new URLSearchParams({ ...query, ...(environment !== null && { environment }) });
  const path = `${followLive.path}?${new URLSearchParams({ topics: "calls", calls: calls.toString() }).toString()}`;
  const response = await send(connection, { method: "GET", path });
  if (!response.ok || response.body === null) throw failure(response.status, await response.text());
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) if (text.startsWith("data:")) tell(line, text.slice("data:".length));
  }
}

function tell(line: CommandLine, text: string): void {
  const { data } = followLive.answer.parse(JSON.parse(text));
  const {
    calls = [],
    skipped = 0,
    skipped_packs: packs = 0,
  } = (data ?? {}) as {
    readonly calls?: readonly unknown[];
    readonly skipped?: number;
    readonly skipped_packs?: number;
  };
  for (const each of calls) {
    const call = callLine.parse(each);
    line.say(line.json() ? JSON.stringify(call) : rowOf(call).join("  "));
  }
  if (!line.json() && skipped + packs > 0)
    line.say(`… too many to show: ${skipped} calls and ${packs} packs were left out`);
}
