import { createGateRunners } from "../adapters/gates/index.ts";
import { createPairJudge } from "../adapters/gates/pair-judge.ts";
import { createSignedPost } from "../adapters/webhooks/create-signed-post.ts";
import type { SignedPoster } from "../adapters/webhooks/create-signed-post.ts";
import { Gatekeeper } from "../delivery/gates/gatekeeper.ts";
import type { Gating } from "../delivery/gates/gating.ts";
import type { Troubles } from "../delivery/troubles.ts";
import type { Backtests } from "../ports/backtests.ts";
import type { Clock } from "../ports/clock.ts";
import type { PairJudge } from "../ports/pair-judge.ts";
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

/** What stands in a release's way, with the post that its messages go by and whom pairs are shown to. */
export interface PluggedGating {
  readonly gating: Gating;
  readonly poster: SignedPoster;
  readonly pairJudge: PairJudge;
}

/** Plugs what stands in a release's way. */
export function plugGating(terms: GatingTerms): PluggedGating {
  const { stores, clock, replicaId, troubles, variables, commands, freezeWindows, backtests } = terms;
  const poster = createSignedPost({ clock, environment: variables });
  const programs = { directory: commands, path: variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", clock };
  const { post } = poster;
  const runners = createGateRunners({ post, random: Math.random, ...programs, backtests });
  const { rollouts, releases, gateRuns: runs, freezes, notices } = stores;
  const gatekeeper = new Gatekeeper({ rollouts, releases, runs, runners, clock, replicaId, troubles });
  return {
    gating: { freezes, freezeWindows, gatekeeper, runs, notices },
    poster,
    pairJudge: createPairJudge({ post, ...programs }),
  };
}
