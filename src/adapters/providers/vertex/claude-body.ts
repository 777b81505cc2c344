import { scanJsonObject } from "../../../kit/json-scan.ts";
import type { ScanMember } from "../../../kit/json-scan.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import type { Splice } from "../../../kit/json-splice.ts";

/** A body as Vertex takes it, and whether it asks for a stream. */
export interface ClaudeBody {
  readonly bytes: Buffer;
  readonly stream: boolean;
}

/** Every request must name the version; there is one. */
const VERSION = Buffer.from('"anthropic_version":"vertex-2023-10-16"');
const COMMA = Buffer.from(",");
const NOTHING = Buffer.alloc(0);

/**
 * A body of the Messages API as Vertex takes it: the version stands in place of the model, which the address names. Where
 * tokens are counted, the address names none and the model stays. All other bytes are as they were.
 */
export function claudeBody(bytes: Buffer, keepsModel: boolean): ClaudeBody {
  const { bodyStart, members } = scanJsonObject(bytes);
  const { start = 0, end = 0 } = members.get("stream")?.value ?? {};
  const stream = bytes.toString("latin1", start, end) === "true";
  const edit = editOf(bodyStart, members, keepsModel);
  return { bytes: edit === null ? bytes : spliceJson(bytes, [edit]), stream };
}

function editOf(bodyStart: number, members: ReadonlyMap<string, ScanMember>, keepsModel: boolean): Splice | null {
  const model = keepsModel ? undefined : members.get("model");
  if (members.has("anthropic_version")) return model === undefined ? null : removal([...members.values()], model);
  if (model !== undefined) return { ...model.member, bytes: VERSION };
  const inserted = members.size === 0 ? VERSION : Buffer.concat([VERSION, COMMA]);
  return { start: bodyStart, end: bodyStart, bytes: inserted };
}

/** Takes out one of several members with the comma that is then too many. */
function removal(members: readonly ScanMember[], gone: ScanMember): Splice {
  const at = members.indexOf(gone);
  const next = members[at + 1];
  if (next !== undefined) return { start: gone.member.start, end: next.member.start, bytes: NOTHING };
  return { start: members[at - 1]?.member.end ?? gone.member.start, end: gone.member.end, bytes: NOTHING };
}
