import type { z } from "zod";
import type { limitView } from "../../../src/contract/meters.ts";
import { shortCount, span } from "../../lib/format.ts";

type Limit = z.output<typeof limitView>;

/** What a limit allows, in words: "600 calls per 1 min · 90,000 tokens per 1 min · 8 at once". */
export function allowanceOf({ requests, tokens, concurrent }: Limit): string {
  return [
    requests === null ? null : `${shortCount(requests.amount)} calls per ${span(requests.window_seconds)}`,
    tokens === null ? null : `${shortCount(tokens.amount)} tokens per ${span(tokens.window_seconds)}`,
    concurrent === null ? null : `${shortCount(concurrent)} at once`,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
