import type { OpaqueReasoning } from "../openai-responses/opaque-reasoning.ts";
import { packOpaque, unpackOpaque } from "../openai-responses/opaque-reasoning.ts";

/**
 * The `signature` of a thinking block: Anthropic's own as it is. Another vendor's, or that there is none, is packed, so
 * that the block can be told from Anthropic's when it comes back.
 */
export function writtenSignature(opaque: OpaqueReasoning): string {
  const { signature, data, origin } = opaque;
  if (origin !== "anthropic") return packOpaque({ signature, data, ...(origin !== undefined && { origin }) });
  return signature ?? packOpaque({ signature: null, data: null });
}

/** Whether data needs a redacted block of its own: another vendor's goes with its words where there are any. */
export const isApart = ({ data, origin }: OpaqueReasoning, hasWords: boolean): boolean =>
  data !== null && (!hasWords || origin === "anthropic");

/** The `data` of a redacted block, in the same way. */
export const writtenData = ({ data, origin }: OpaqueReasoning): string =>
  origin === "anthropic"
    ? (data ?? "")
    : packOpaque({ signature: null, data, ...(origin !== undefined && { origin }) });

/** The reverse of both; what is not packed is Anthropic's own. */
export function readOpaque(member: "signature" | "data", given: string | null): OpaqueReasoning {
  if (given === null || given === "") return { signature: null, data: null };
  const own = { signature: null, data: null, [member]: given, origin: "anthropic" } as const;
  return unpackOpaque(given) ?? own;
}
