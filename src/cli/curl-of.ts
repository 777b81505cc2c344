import type { z } from "zod";
import type { showCall } from "../contract/calls.ts";
import { CliError } from "./ask.ts";
import { CALL_ADDRESSES } from "./call-addresses.ts";

/** A recorded request as a command line; the key is left to the variable ROLLWARD_API_KEY. Throws `CliError` without its bytes. */
export function curlOf(call: z.output<typeof showCall.answer>, url: string): string {
  const body = call.bodies.request?.text;
  const path = CALL_ADDRESSES[call.dialect];
  if (body === undefined || path === undefined) throw new CliError(`There is no document of ${call.id} to send.`);
  return [
    `curl -X POST ${quoted(new URL(path, url).href)}`,
    `-H "authorization: Bearer $ROLLWARD_API_KEY"`,
    `-H 'content-type: application/json'`,
    `--data-binary ${quoted(body)}`,
  ].join(" \\\n  ");
}

/** A text that a shell takes as it is. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
