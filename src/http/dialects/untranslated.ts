import { RollwardError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type {
  ByteEdit,
  Dialect,
  DialectName,
  IncomingRequest,
  ReleaseParts,
  ReleaseWords,
} from "../../ports/dialect.ts";
import { dropMembers, memberBytes, noPlaceFor, setMembers } from "./body-edits.ts";
import { checkCommonFields } from "./openai-chat/check-fields.ts";
import { scanBody } from "./scan-body.ts";

/** Members that speak to Rollward and are not for providers. */
const OURS = ["metadata", "variables"];

/**
 * Reads a request that is no conversation: who is asked and in which form, and that the member with what it is about
 * is there. It has no opening, so without a session of its own it is one by itself.
 */
export function readPassing(bytes: Buffer, needed: string): IncomingRequest {
  const scanned = scanBody(bytes);
  const { model, stream, metadata } = checkCommonFields(scanned.body);
  if (scanned.body[needed] == null) {
    throw new RollwardError("invalid_request", { reason: `\`${needed}\` is missing.`, param: needed });
  }
  const sessionId = metadata?.["session_id"];
  return {
    ...scanned,
    model,
    stream,
    sessionId: typeof sessionId === "string" ? sessionId : null,
    opening: null,
    continues: false,
    variables: {},
  };
}

/** A release sets parameters of such a request and nothing else: a prompt or a tool has no place in it. */
export function passingWords(own: ReleaseParts, dialect: DialectName): ReleaseWords {
  if (own.tools.length > 0) throw noPlaceFor("tools", own.release, dialect);
  const parameters = memberBytes(own.parameters);
  return {
    sets: Object.keys(own.parameters),
    edits(request, messages): readonly ByteEdit[] {
      if (messages.length > 0) throw noPlaceFor("prompt", own.release, dialect);
      const { setField } = request;
      if (setField !== undefined) {
        return Object.entries(own.parameters).map(([name, value]) =>
          setField(name, fieldText(name, value, own.release)),
        );
      }
      return [...setMembers(request, parameters), ...dropMembers(request, OURS)];
    },
  };
}

/** A parameter as the text of a form's field; a form has no place for lists and objects. */
function fieldText(name: string, value: Json, release: string): string {
  if (value === null || typeof value === "object") {
    const field = `${name} (set by ${release})`;
    throw new RollwardError("untranslatable", { field, provider: "of a request that is a form", param: null });
  }
  return String(value);
}

/** The translating half of a dialect that is not translated: only providers that speak it can be asked. */
export function untranslated(
  name: DialectName,
  needed: string,
): Pick<Dialect, "toCanonical" | "fromCanonical" | "eventReader" | "encoder"> {
  const refuse = (provider: string): never => {
    throw new RollwardError("operation_not_offered", {
      operation: name.replace(/^openai-/, ""),
      provider,
      param: needed,
    });
  };
  return {
    toCanonical: (_, provider) => refuse(provider),
    fromCanonical: (_, { provider }) => refuse(provider),
    eventReader: () => refuse(name),
    encoder: () => refuse(name),
  };
}
