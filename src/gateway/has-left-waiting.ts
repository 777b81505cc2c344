import type { OpenCall } from "./open-call.ts";

/** Gaps of this length are no part of a lively stream. Milliseconds. */
const STALLED_MS = 2_000;

/**
 * Whether the client left while it waited: before it was given anything, however early, or when nothing new had come for a
 * while. Whoever reads an answer that is coming and leaves has read enough; one who reads slower than it comes waits for nothing. Whom
 * the server ends has not left.
 */
export const hasLeftWaiting = ({
  ending,
  status,
  quietMs = 0,
}: Pick<OpenCall, "ending" | "status" | "quietMs">): boolean =>
  ending?.outcome === "abandoned" && (status === null || quietMs >= STALLED_MS);
