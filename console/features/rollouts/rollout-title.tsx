import { ArrowRight } from "lucide-react";
import { ArmShape } from "../../ui/arm-mark.tsx";
import { Link } from "../../ui/link.tsx";
import type { RolloutView } from "./rollout-view.ts";

/** `support-bot@7` as a path of the release's page. */
export function releasePath(name: string): string {
  const [endpoint = "", number = ""] = name.split("@");
  return `/releases/${endpoint}/${number}`;
}

/** From which release to which, each a link. */
export function RolloutTitle({
  rollout: { stable, candidate },
}: {
  rollout: Pick<RolloutView, "stable" | "candidate">;
}) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <span className="inline-flex items-center gap-2">
        <ArmShape arm="stable" size={12} />
        <Link to={releasePath(stable)} bare className="hover:underline">
          {stable}
        </Link>
      </span>
      <span className="inline-flex items-center gap-2">
        <ArrowRight size={17} className="mr-0.5 text-faint" aria-label="to" />
        <ArmShape arm="candidate" size={12} />
        <Link to={releasePath(candidate)} bare className="hover:underline">
          {candidate}
        </Link>
      </span>
    </span>
  );
}
