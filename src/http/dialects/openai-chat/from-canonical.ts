import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { WireAsk } from "../../../ports/dialect.ts";

/** The canonical call as a chat-completions request. */
export function fromCanonical(_: CanonicalRequest, { provider }: WireAsk): Buffer {
  throw new RollwardError("untranslatable", { field: "messages", provider, param: "messages" });
}
