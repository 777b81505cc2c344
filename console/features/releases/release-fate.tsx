import { Link } from "../../ui/link.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import type { State } from "../../ui/state-mark.tsx";
import type { ListedRelease } from "./listed-release.ts";

const FATES: Readonly<Record<NonNullable<ListedRelease["fate"]>, readonly [State, string]>> = {
  stable: ["ok", "Stable"],
  candidate: ["info", "Goes out"],
  was_stable: ["none", "Was stable"],
  rolled_back: ["bad", "Rolled back"],
  superseded: ["none", "Superseded"],
  cancelled: ["none", "Cancelled"],
  observed: ["none", "Observed"],
  unused: ["none", "Never rolled out"],
};

/** What became of a release; leads to the rollout that decided it. */
export function ReleaseFate({ release: { fate, rollout } }: { release: ListedRelease }) {
  if (fate === null) return <StateMark state="none">Not known</StateMark>;
  const [state, word] = FATES[fate];
  const mark = <StateMark state={state}>{word}</StateMark>;
  return rollout === null ? (
    mark
  ) : (
    <Link to={`/rollouts/${rollout}`} bare>
      {mark}
    </Link>
  );
}
