import { createGateRunners } from "../adapters/gates/index.ts";
import { createSignedPost } from "../adapters/webhooks/create-signed-post.ts";
import type { SignedPoster } from "../adapters/webhooks/create-signed-post.ts";
import { Gatekeeper } from "../delivery/gates/gatekeeper.ts";
import type { Gating } from "../delivery/gates/gating.ts";
import type { Troubles } from "../delivery/troubles.ts";
import type { Backtests } from "../ports/backtests.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores } from "./stores.ts";

/** What gates are plugged into. */
export interface GatingTerms {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly replicaId: string;
  readonly troubles: Troubles;
  /** Variables of the process, which hold the secrets of web servers. */
  readonly variables: NodeJS.ProcessEnv;
  /** The operator's directory of programs that gates may run; `null` is none. */
  readonly commands: string | null;
  readonly freezeWindows: Gating["freezeWindows"];
  readonly backtests: () => Backtests;
}

/** What stands in a release's way, with the post that its messages go by. */
export function plugGating(terms: GatingTerms): { readonly gating: Gating; readonly poster: SignedPoster } {
  const { stores, clock, replicaId, troubles, variables, commands, freezeWindows, backtests } = terms;
  const poster = createSignedPost({ clock, environment: variables });
  const runners = createGateRunners({
    post: poster.post,
    clock,
    random: Math.random,
    directory: commands,
    path: variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    backtests,
  });
  const { rollouts, releases, gateRuns: runs, freezes, notices } = stores;
  const gatekeeper = new Gatekeeper({ rollouts, releases, runs, runners, clock, replicaId, troubles });
  return { gating: { freezes, freezeWindows, gatekeeper, runs, notices }, poster };
}
