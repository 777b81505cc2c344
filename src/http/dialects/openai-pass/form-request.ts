import { RollwardError } from "../../../domain/errors.ts";
import type { Json } from "../../../domain/json.ts";
import { FormScanError, scanForm } from "../../../kit/multipart-scan.ts";
import type { FormPart } from "../../../kit/multipart-scan.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import type { ByteEdit, IncomingRequest, MemberSpan } from "../../../ports/dialect.ts";
import { refuseRouting } from "../scan-body.ts";

/** More than any operation takes: sixteen images with their mask, and a list or two. */
const LIMITS = { maxParts: 256, maxHeadBytes: 4 * 1024 };
/** Longest field that is read, bytes; longer ones pass unread. */
const FIELD_BYTES = 8 * 1024;

/** A form as it came. */
export interface SentForm {
  readonly bytes: Buffer;
  readonly boundary: string;
}

/** What of an operation a request is read for. */
export interface Wanted {
  readonly needed: string | null;
  readonly unnamed: string | null;
}

/**
 * Reads a form: which fields it has and where, and who is asked. Short fields are read as text; files and the rest stay
 * bytes. Fields that may come several times (`image[]`) can be neither read nor written. Throws `malformed_form` or
 * `invalid_request`.
 */
export function readForm(form: SentForm, wanted: Wanted): IncomingRequest {
  const parts = partsOf(form);
  const fields = new FormFields(form, parts);
  refuseRouting(fields.members);
  if (fields.members.has("model") || wanted.unnamed === null) return fields.request(wanted);
  const named = spliceJson(form.bytes, [fields.set("model", wanted.unnamed)]);
  return readForm({ ...form, bytes: named }, wanted);
}

/** Throws `malformed_form` or `invalid_request` for what is no form with a part of that name. */
export function checkForm(form: SentForm, needed: string): void {
  if (!partsOf(form).some(({ name }) => name === needed)) throw invalid(needed, "is missing");
}

function partsOf({ bytes, boundary }: SentForm): readonly FormPart[] {
  try {
    return scanForm(bytes, boundary, LIMITS);
  } catch (error) {
    if (!(error instanceof FormScanError)) throw error;
    throw new RollwardError("malformed_form", { reason: error.reason, offset: error.offset });
  }
}

class FormFields {
  readonly members = new Map<string, MemberSpan>();
  readonly #form: SentForm;
  readonly #body: Record<string, Json> = {};
  readonly #repeated = new Set<string>();

  constructor(form: SentForm, parts: readonly FormPart[]) {
    this.#form = form;
    for (const { name, filename, part, value } of parts) {
      if (this.members.has(name)) this.#repeated.add(name);
      this.members.set(name, { member: part, value });
      if (filename !== null || value.end - value.start > FIELD_BYTES) continue;
      Object.defineProperty(this.#body, name, {
        value: form.bytes.toString("utf8", value.start, value.end),
        enumerable: true,
        configurable: true,
      });
    }
  }

  request({ needed }: Wanted): IncomingRequest {
    const model = this.#read("model");
    if (model === null || model === "") throw invalid("model", "is missing");
    const isThere = needed === null || this.members.has(needed) || this.members.has(`${needed}[]`);
    if (!isThere) throw invalid(needed, "is missing");
    const stream = this.#read("stream");
    if (stream !== null && stream !== "true" && stream !== "false") throw invalid("stream", "must be true or false");
    return {
      bytes: this.#form.bytes,
      body: this.#body,
      members: this.members,
      bodyStart: 0,
      model,
      stream: stream === "true",
      sessionId: null,
      opening: null,
      continues: false,
      variables: {},
      setField: (name, value) => this.set(name, value),
    };
  }

  /** Puts a text in the place of a field's, or a new field before all others. */
  set(name: string, value: string): ByteEdit {
    const { boundary } = this.#form;
    if (this.#repeated.has(name)) throw invalid(name, "may be there only once");
    if (value.includes(`--${boundary}`)) throw invalid(name, "cannot be written between these boundaries");
    const present = this.members.get(name);
    if (present !== undefined) return { ...present.value, bytes: Buffer.from(value) };
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`;
    return { start: 0, end: 0, bytes: Buffer.from(`${head}${value}\r\n`) };
  }

  #read(name: string): string | null {
    if (this.#repeated.has(name)) throw invalid(name, "may be there only once");
    const value = this.#body[name];
    return typeof value === "string" ? value : null;
  }
}

const invalid = (param: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `\`${param.slice(0, 100)}\` ${must}.`, param: param.slice(0, 100) });
