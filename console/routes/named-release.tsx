import { Navigate } from "@tanstack/react-router";
import { releasePath } from "../features/rollouts/rollout-title.tsx";
import { useParam } from "../lib/use-param.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { releaseIn } from "../shell/release-in.ts";
import { NoSuchPage } from "../shell/no-such-page.tsx";

/** `/releases/support-bot@3`, as people write a release: leads to its page. */
export function NamedReleasePage() {
  const named = releaseIn(useParam("release"));
  if (named === null) return <NoSuchPage />;
  return <Navigate to={releasePath(named.name)} search={onlyEnvironment} replace />;
}
