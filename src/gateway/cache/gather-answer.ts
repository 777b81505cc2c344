import { summarise } from "../../domain/answer/answer.ts";
import type { ChecksPolicy } from "../../domain/answer/checks-policy.ts";
import { answerBar } from "../../domain/cache/answer-bar.ts";
import type { StoreBar } from "../../domain/cache/answer-bar.ts";
import type { CachePolicy } from "../../domain/cache/cache-policy.ts";
import { gatherParts } from "../../domain/cache/gather-parts.ts";
import type { GatheredAnswer } from "../../domain/cache/gather-parts.ts";
import type { CallEvent } from "../../domain/call/canonical.ts";
import { findingsIn } from "../find-in-call.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** A stream says the same in more bytes; one that takes this many times an entry's bound is not even read. */
const STREAM_FACTOR = 8;

/**
 * What an answer must fit before it is given again and again, whatever the release does about it in one call. The
 * other checks say what `answerBar` says.
 */
const FORM: ChecksPolicy["actions"] = {
  refusal: "off",
  "refusal-text": "off",
  empty: "off",
  truncated: "off",
  json: "record",
  tools: "record",
};

/** The answer as the client got it, read back, which is the same whether it was passed or translated; or why it is not kept. */
export function gatherAnswer(open: OpenCall, policy: CachePolicy): GatheredAnswer | StoreBar {
  const { dialect } = open.arrival;
  const { stream } = present(open.request);
  const bytes = open.answer.reduce((sum, chunk) => sum + chunk.length, 0);
  if (bytes > policy.maxEntryBytes * STREAM_FACTOR) return "too-large";
  if (dialect.tellsAll?.(stream, open.answer) !== true) return "untold";
  const reader = dialect.eventReader(stream);
  const events = open.answer.flatMap((chunk) => reader.push(chunk));
  events.push(...reader.end());
  if (reader.fault !== null) return "failed";
  const gathered = gatherParts(events);
  return answerBar(gathered, policy) ?? (hasFinding(open, events) ? "finding" : gathered);
}

/** What was wrong with an answer that was rejected is not wrong with the one that took its place. */
function hasFinding(open: OpenCall, events: readonly CallEvent[]): boolean {
  const { findings, attempts, upstreamBody } = open;
  if (findings.some(({ attempt }) => attempt >= attempts.length - 1)) return true;
  const read = open.cache?.read;
  const known = read != null && read.bytes === upstreamBody ? { read: read.body } : {};
  return findingsIn(open, summarise(events), { actions: FORM, body: upstreamBody, ...known }).length > 0;
}
