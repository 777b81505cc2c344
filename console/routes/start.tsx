import { FirstSteps } from "../features/now/first-steps.tsx";
import { Page } from "../ui/page.tsx";

/** The first steps, for whoever has just started the server. */
export function StartPage() {
  return (
    <Page title="First steps" lead="From nothing to a watched rollout in a few minutes.">
      <div className="max-w-3xl">
        <FirstSteps />
      </div>
    </Page>
  );
}
