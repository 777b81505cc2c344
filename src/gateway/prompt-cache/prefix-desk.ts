import { PrefixBook } from "../../domain/prompt-cache/prefix-book.ts";
import { PromptCacheTally } from "../../domain/prompt-cache/prompt-cache-tally.ts";

/** The gateway's side of the providers' prompt caches: what was learnt of what is sent, and what came of it. */
export class PrefixDesk {
  readonly book = new PrefixBook();
  readonly tally = new PromptCacheTally();
}
