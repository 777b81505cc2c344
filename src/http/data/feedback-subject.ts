import type { Key } from "../../domain/access/key.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { FeedbackSubject } from "../../domain/feedback/feedback.ts";
import { ownerOf } from "../../domain/feedback/owner-of.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { ulidTime } from "../../kit/ulid.ts";
import type { CallStore } from "../../ports/call-store.ts";

type SubjectGateway = Pick<Gateway, "clock" | "environments" | "keys">;

/** What finding the subject takes. */
export interface SubjectTerms {
  /** Of the server's own environment. */
  readonly gateway: SubjectGateway;
  readonly calls: CallStore;
}

/** A subject as the request names it. */
export interface NamedSubject {
  readonly call?: string | undefined;
  readonly session?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** Who asks, and about what. */
export interface SubjectsWish {
  readonly key: Key;
  readonly named: readonly NamedSubject[];
}

/** Calls of a session that are looked at in one go: other keys may have sessions of the same name. */
const PAGE = 50;
/** How many such pages are looked at, the newest calls first. */
const PAGES = 4;
/** Subjects that are looked for at the same time: the connections to the store are everybody's. */
const AT_ONCE = 4;

/**
 * A call that was answered a moment ago may still be on its way into the store, here or on another replica: it is looked
 * for again after a pause, ms.
 */
const PAUSE_MS = 250;
/** A call that came in longer ago is not on its way any more, milliseconds. */
const YOUNG_MS = 5_000;
/** How often a request waits at the most: for a session, whose age nobody knows, and for a call, whose id tells it. */
const LOOKS = { session: 4, call: 20 } as const;

/** A call that was found, or why there is none that this key may speak of. */
export type FoundSubject = CallFacts | RollwardError;

/**
 * The call that feedback is about: the one that was named, or the newest of the session. Throws `call_not_found` or
 * `session_not_found`, also for those of others: nobody learns what somebody else has called.
 */
export async function findSubject(
  terms: SubjectTerms,
  { key, named }: { readonly key: Key; readonly named: NamedSubject },
): Promise<CallFacts> {
  const [found = notFound(named)] = await findSubjects(terms, { key, named: [named] });
  if (found instanceof RollwardError) throw found;
  return found;
}

/**
 * The calls of many subjects, in their order. What is not there yet is waited for by all of them together: after a pause
 * they are gone through until one is missing still. So a request looks at most twice for each, and once for each pause.
 */
export async function findSubjects(terms: SubjectTerms, wish: SubjectsWish): Promise<readonly FoundSubject[]> {
  const { gateway } = terms;
  const found = new Map<NamedSubject, FoundSubject>();
  const search = searchOf(terms, wish.key);
  let missing: NamedSubject[] = [];
  for (let first = 0; first < wish.named.length; first += AT_ONCE) {
    const some = wish.named.slice(first, first + AT_ONCE);
    const facts = await Promise.all(some.map((named) => search(named)));
    for (const [index, named] of some.entries()) {
      const one = facts[index] ?? null;
      if (one === null && isOnItsWay(named, 1, gateway.clock.now())) missing.push(named);
      else found.set(named, one ?? notFound(named));
    }
  }
  for (let look = 2; missing.length > 0; look += 1) {
    await new Promise<void>((resolve) => void gateway.clock.after(PAUSE_MS, resolve));
    for (const named of missing) {
      const facts = await search(named);
      if (facts === null && isOnItsWay(named, look, gateway.clock.now())) break;
      found.set(named, facts ?? notFound(named));
    }
    missing = missing.filter((named) => !found.has(named));
  }
  return wish.named.map((named) => found.get(named) ?? notFound(named));
}

const isOnItsWay = ({ call }: NamedSubject, look: number, now: number): boolean =>
  call === undefined ? look < LOOKS.session : look < LOOKS.call && Math.abs(now - (ulidTime(call) ?? 0)) <= YOUNG_MS;

const notFound = ({ call, session = "" }: NamedSubject): RollwardError =>
  call === undefined
    ? new RollwardError("session_not_found", { session, param: "session" })
    : new RollwardError("call_not_found", { call, param: "call" });

/** `null` is what may be on its way still. */
type Search = (named: NamedSubject) => Promise<FoundSubject | null>;

function searchOf({ gateway, calls }: SubjectTerms, key: Key): Search {
  const callers = callersOf(gateway, key);
  return async (named) => {
    const { call, session = "", endpoint } = named;
    if (call === undefined) return newestOf(calls, { session, endpoint }, callers);
    const facts = await calls.facts(call);
    return facts === null || callers.has(facts) ? facts : notFound(named);
  };
}

/** The newest call of a user's session; copies and replays are nobody's. */
async function newestOf(
  calls: CallStore,
  { session, endpoint }: { readonly session: string; readonly endpoint: string | undefined },
  { environment, has }: Callers,
): Promise<CallFacts | null> {
  let before: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const listed = await calls.list({
      session,
      limit: PAGE,
      ...(environment !== null && { environment }),
      ...(endpoint !== undefined && { endpoint }),
      ...(before !== undefined && { before }),
    });
    const found = listed.find((facts) => facts.backtest === undefined && facts.arm !== "shadow" && has(facts));
    if (found !== undefined) return found;
    if (listed.length < PAGE) break;
    before = listed.at(-1)?.id;
  }
  return null;
}

/** What of a call is kept with what was said of it; a call is left out where the session was named. */
export const subjectOf = (facts: CallFacts, { call }: NamedSubject): FeedbackSubject => ({
  callId: call ?? null,
  session: facts.session?.id ?? null,
  endpoint: facts.endpoint,
  environment: facts.environment,
  release: facts.release,
  rolloutId: facts.rolloutId,
  arm: facts.arm,
});

/** Whose calls a key may speak of. */
interface Callers {
  /** Where all of them are; `null` is everywhere. */
  readonly environment: string | null;
  readonly has: (facts: CallFacts) => boolean;
}

/** Its own and its tenant's, and an administrator's all of the environment; of the own environment really all. */
function callersOf(gateway: SubjectGateway, key: Key): Callers {
  const { environments, keys } = gateway;
  const home = homeOf(gateway, key);
  const isAdmin = key.scopes.includes("admin");
  if (isAdmin && home === environments.own) return { environment: null, has: () => true };
  const owner = ownerOf(key);
  return {
    environment: home,
    has({ keyId, environment }) {
      if (environment !== home || keyId === null) return false;
      const caller = keys.byId(keyId) ?? { id: keyId };
      return isAdmin || keyId === key.id || ownerOf(caller) === owner;
    },
  };
}

/** The environment that a key calls. */
export const homeOf = ({ environments }: Pick<Gateway, "environments">, key: Key): string =>
  key.environment ?? environments.own;
