import type { ByteEdit, IncomingRequest } from "../../../ports/dialect.ts";
import { setMembers } from "../body-edits.ts";
import { isRecord } from "../is-record.ts";
import { answerForm } from "./answer-form.ts";

const USAGE_ALONE = new Map([["stream_options", Buffer.from('{"include_usage":true}')]]);

/** A stream tells its usage only when asked, and without usage cost would be an estimate: so it is asked. */
export function usageEdits(request: IncomingRequest): readonly ByteEdit[] {
  if (!request.stream || answerForm(request).usageInStream) return [];
  const sent = request.body["stream_options"];
  if (!isRecord(sent)) return setMembers(request, USAGE_ALONE);
  const asking = Buffer.from(JSON.stringify({ ...sent, include_usage: true }));
  return setMembers(request, new Map([["stream_options", asking]]));
}
