import type { IncomingRequest } from "../../../ports/dialect.ts";
import { answerForm } from "./answer-form.ts";
import { isRecord } from "./is-record.ts";

const NOTHING: ReadonlyMap<string, Buffer> = new Map();
const USAGE_ALONE: ReadonlyMap<string, Buffer> = new Map([["stream_options", Buffer.from('{"include_usage":true}')]]);

/** A stream tells its usage only when asked, and without usage cost would be an estimate: so it is asked. */
export function usageMembers(request: IncomingRequest): ReadonlyMap<string, Buffer> {
  if (!request.stream || answerForm(request).usageInStream) return NOTHING;
  const sent = request.body["stream_options"];
  if (!isRecord(sent)) return USAGE_ALONE;
  return new Map([["stream_options", Buffer.from(JSON.stringify({ ...sent, include_usage: true }))]]);
}
