import type { AttemptRecord } from "../../domain/call/call-record.ts";

/** All tokens that an attempt has used. */
export const tokensOf = ({ usage }: AttemptRecord): number =>
  usage === null ? 0 : usage.input + usage.cachedInput + usage.cacheWrite + usage.output + usage.reasoning;
