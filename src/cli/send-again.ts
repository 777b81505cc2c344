import type { z } from "zod";
import type { showCall } from "../contract/calls.ts";
import { CliError, send } from "./ask.ts";
import { CALL_ADDRESSES } from "./call-addresses.ts";
import type { CommandLine } from "./command-line.ts";

/** Sends a recorded request again as a new call of its own, for dialects that no release answers. */
export async function sendAgain(line: CommandLine, call: z.output<typeof showCall.answer>): Promise<void> {
  const body = call.bodies.request?.text;
  if (body === undefined) throw new CliError(`The bytes of ${call.id} were not kept, so it cannot be sent again.`);
  const path = CALL_ADDRESSES[call.dialect];
  if (path === undefined)
    throw new CliError(`A call in ${call.dialect} is not a document alone, so it cannot be sent again.`);
  const response = await send(line.connection(), { method: "POST", path, body });
  const answer = await response.text();
  const served = response.headers.get("x-rollward-release") ?? call.requested_model;
  const again = response.headers.get("x-rollward-call") ?? "";
  line.say(
    line.json()
      ? JSON.stringify({ status: response.status, call: again, answer })
      : `${again}  ${served}  ${response.status}\n${answer}`,
  );
  if (!response.ok) line.exitWith(1);
}
