import type { TokenLogprob } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { ByteEdit, IncomingRequest } from "../../../ports/dialect.ts";
import { insert } from "../body-edits.ts";
import { isRecord } from "../is-record.ts";

/** The tokens of a choice's `logprobs`; empty when there are none. What is no log-probability is passed over. */
export function logprobsIn(value: unknown): readonly TokenLogprob[] {
  const content = isRecord(value) ? value["content"] : null;
  if (!Array.isArray(content)) return [];
  return content.flatMap((entry: unknown) => {
    const token = tokenIn(entry);
    if (token === null || !isRecord(entry)) return [];
    const top = Array.isArray(entry["top_logprobs"]) ? entry["top_logprobs"] : [];
    return [{ ...token, top: top.flatMap((other: unknown) => tokenIn(other) ?? []) }];
  });
}

function tokenIn(entry: unknown): Omit<TokenLogprob, "top"> | null {
  if (!isRecord(entry)) return null;
  const { token, logprob, bytes } = entry;
  if (typeof token !== "string" || typeof logprob !== "number") return null;
  const isBytes = Array.isArray(bytes) && bytes.every((byte) => typeof byte === "number");
  return { token, logprob, bytes: isBytes ? bytes : null };
}

/** The reverse. */
export const logprobsBody = (tokens: readonly TokenLogprob[]): JsonObject => ({
  content: tokens.map(({ top, ...token }) => ({
    ...tokenBody(token),
    top_logprobs: top.map(tokenBody),
  })),
  refusal: null,
});

const tokenBody = ({ token, logprob, bytes }: Omit<TokenLogprob, "top">): JsonObject => ({ token, logprob, bytes });

/** Asks for them unless the request says something about them. */
export const logprobsEdit = ({ members, bodyStart }: IncomingRequest): ByteEdit | null =>
  members.has("logprobs") ? null : insert(bodyStart, '"logprobs":true,');
