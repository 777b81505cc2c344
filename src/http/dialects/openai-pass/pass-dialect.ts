import { RollwardError } from "../../../domain/errors.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import { boundaryOf } from "../../../kit/multipart-scan.ts";
import type { AnswerForm, Dialect, IncomingRequest } from "../../../ports/dialect.ts";
import { errorBody, errorEvent } from "../openai-chat/error-body.ts";
import { scanBody } from "../scan-body.ts";
import { passingWords, readPassing, untranslated } from "../untranslated.ts";
import { checkForm, readForm } from "./form-request.ts";
import type { Operation } from "./operation.ts";
import { PassReader } from "./pass-reader.ts";

/** Larger uploads and answers are not kept with the record of their call, bytes: sound and images would fill the disk. */
const RECORD_BYTES = 256 * 1024;

/** The form of an answer that also says how much is to be spoken. */
interface PassForm extends AnswerForm {
  readonly characters?: number;
}

/** The dialect of one request of an operation. `contentType` is that of its body, which may be a form. */
export function passDialect(operation: Operation, contentType: string): Dialect {
  const { dialect, needed } = operation;
  return {
    name: dialect,
    recordBytes: RECORD_BYTES,
    read: (bytes) => readRequest(bytes, operation, contentType),
    answerForm: (request) => ({ ...formOf(request, operation), contentType: null }),
    releaseWords: (own) => passingWords(own, dialect),
    usageEdits: () => [],
    ...untranslated(dialect, needed ?? "file"),
    reader: (form: PassForm) => new PassReader({ operation, characters: form.characters ?? null }),
    errorBody,
    errorEvent,
  };
}

function formOf({ stream, body }: IncomingRequest, { unit }: Operation): PassForm {
  const { input } = body;
  const spoken = unit === "character" && typeof input === "string" ? { characters: Array.from(input).length } : {};
  return { stream, usageInStream: true, ...spoken };
}

function readRequest(bytes: Buffer, operation: Operation, contentType: string): IncomingRequest {
  const boundary = boundaryOf(contentType);
  if (operation.dialect === "openai-files") return fileRequest(bytes, operation, boundary);
  if (boundary === null && contentType.toLowerCase().startsWith("multipart/")) {
    throw new RollwardError("unsupported_media_type", { type: "of a form without a boundary" });
  }
  const read = boundary === null ? readJson(bytes, operation) : readForm({ bytes, boundary }, operation);
  return operation.flows ? { ...read, stream: true } : read;
}

function readJson(bytes: Buffer, { needed, unnamed }: Operation): IncomingRequest {
  if (unnamed === null) return readPassing(bytes, needed ?? "model");
  const { members, bodyStart } = scanBody(bytes);
  if (members.has("model") || members.size === 0) return readPassing(bytes, needed ?? "model");
  const model = Buffer.from(`"model":${JSON.stringify(unnamed)},`);
  return readPassing(spliceJson(bytes, [{ start: bodyStart, end: bodyStart, bytes: model }]), needed ?? "model");
}

/** Files have no model: the provider is named beside the request, whose bytes are only checked to be a form. */
function fileRequest(bytes: Buffer, { method, flows }: Operation, boundary: string | null): IncomingRequest {
  if (method === "POST" && boundary === null) {
    throw new RollwardError("unsupported_media_type", { type: "that is no form" });
  }
  if (method === "POST" && boundary !== null) checkForm({ bytes, boundary }, "file");
  return {
    bytes,
    body: {},
    members: new Map(),
    bodyStart: 0,
    model: "files",
    stream: flows,
    sessionId: null,
    opening: null,
    continues: false,
    variables: {},
  };
}
