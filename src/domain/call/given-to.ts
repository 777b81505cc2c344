import type { CanonicalRequest, ReasoningOrigin } from "./canonical.ts";
import { ownReasoning } from "./own-reasoning.ts";

/** What of a request a provider has a place for. */
export interface Places {
  /** Whose reasoning it takes back; `null` is nobody's. */
  readonly reasons: ReasoningOrigin | null;
  /** Whether its API can be told who the user is. */
  readonly user: boolean;
}

/** A request as a provider is given it, and the names of what was left out of it. */
export interface Given {
  readonly request: CanonicalRequest;
  readonly leftOut: readonly string[];
}

/**
 * Two things may be left out of a request where a provider has no place for them, because its answer does not hang on
 * them: what another vendor's model thought in earlier turns (`reasoning`), and who the user is (`user`), which
 * vendors take to find misuse. Everything else that has no place is refused. Whoever asks must say what was left out.
 */
export function givenTo(asked: CanonicalRequest, places: Places): Given {
  const { request, leftOut: thoughtless } = ownReasoning(asked, places.reasons);
  const nameless = request.user !== null && !places.user;
  return {
    request: nameless ? { ...request, user: null } : request,
    leftOut: [...(thoughtless ? ["reasoning"] : []), ...(nameless ? ["user"] : [])],
  };
}
