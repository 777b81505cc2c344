import { RollwardError } from "../../../domain/errors.ts";
import { reportedFault } from "../../../domain/health/reported-fault.ts";
import { faultOf } from "../upstream/fault-of.ts";
import type { FaultTerms } from "../upstream/fault-of.ts";
import type { Headers } from "../../../ports/provider.ts";

/** What SDKs describe in a sentence: instructions after the first of the others' messages. */
const SYSTEM = "messages.role (system)";

/** What they say of an image of no kind, which only one by its address can be, and of one that the vendor cannot read. */
const IMAGE_KINDS = ["must specify subtype", "image mime type"];

/** Errors in a chain of causes that are looked at. */
const CAUSES = 8;

/**
 * What an SDK threw, or an `error` part of its stream, as an error of the table. The SDK's own error is not
 * kept as cause: it holds the request with its prompt. `answered` says whether the provider had begun to
 * answer; what fails then without a status is an answer that could not be understood.
 */
export function aiSdkFault(thrown: unknown, terms: FaultTerms, answered: boolean): RollwardError {
  const { provider } = terms;
  const own = ownError(thrown);
  if (own !== null) return own;
  const { name, message, statusCode, responseBody, responseHeaders, functionality } = recordOf(thrown);
  if (typeof functionality === "string") {
    const field = fieldOf(functionality);
    return new RollwardError("untranslatable", { field, provider, param: field });
  }
  if (typeof statusCode === "number" && statusCode >= 300) {
    const body = typeof responseBody === "string" ? responseBody : JSON.stringify({ message });
    return faultOf(terms, statusCode, { headers: headersOf(responseHeaders), body: Buffer.from(body) });
  }
  if (!(thrown instanceof Error) && typeof message === "string") return ownWords(provider, thrown);
  if (answered || statusCode !== undefined) {
    return new RollwardError("provider_bad_answer", { provider, reason: "it could not be understood" });
  }
  return new RollwardError("internal", {}, new Error(`An SDK failed: ${typeof name === "string" ? name : "?"}`));
}

function fieldOf(functionality: string): string {
  if (/system messages?/i.test(functionality)) return SYSTEM;
  return IMAGE_KINDS.some((words) => functionality.includes(words)) ? "image_url.url" : functionality.slice(0, 100);
}

/** A report inside an answer by its kind, without the vendor's words: they are not cleaned of secrets. */
function ownWords(provider: string, report: unknown): RollwardError {
  const { type, code, message } = recordOf(report);
  const said = [code, type, message].filter((word) => typeof word === "string").join(", ");
  const reason = "an error inside its answer";
  return new RollwardError(reportedFault(provider, said).code, { provider, reason, status: reason });
}

/** Headers on waiting, as far as they are texts. */
const headersOf = (value: unknown): Headers =>
  Object.fromEntries(
    Object.entries(recordOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

/** The transport's error, which the SDK wraps. */
function ownError(thrown: unknown): RollwardError | null {
  let error = thrown;
  for (let depth = 0; depth < CAUSES && error instanceof Error; depth += 1) {
    if (error instanceof RollwardError) return error;
    error = error.cause;
  }
  return null;
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
