import { Bot, User } from "lucide-react";
import type { explainRollout } from "../../../src/contract/rollout-stories.ts";
import { useApi } from "../../lib/use-api.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Time } from "../../ui/time.tsx";

/** Why it stands as it does, and a line for everything that happened, newest first. */
export function RolloutLog({ rollout }: { rollout: string }) {
  const story = useApi<typeof explainRollout>("/api/rollouts/{rollout}/story", {
    params: { rollout },
    topics: ["rollouts"],
  });
  return (
    <Loaded query={story}>
      {({ paragraph, changes, history }) => (
        <>
          <Panel title="Why">
            <p className="max-w-prose text-sm text-pretty">{paragraph}</p>
            {changes.length > 1 && (
              <ul className="mt-3 flex max-w-prose list-disc flex-col gap-1 pl-4 text-sm text-dim">
                {changes.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title="What happened" note={`${history.length} entries, sealed one by one`}>
            <ol className="flex flex-col gap-3">
              {history.toReversed().map(({ seq, at, by, line }) => (
                <li key={seq} className="flex gap-3 text-sm">
                  <span className="mt-0.5 text-faint">
                    {by === null ? <Bot size={15} aria-label="Rollward" /> : <User size={15} aria-label="A person" />}
                  </span>
                  <span className="min-w-0 flex-1">
                    <span className="text-pretty">{line}</span>
                    <span className="block text-2xs text-faint">
                      <Time at={at} show="both" />
                      {by !== null && ` · ${by}`}
                    </span>
                  </span>
                </li>
              ))}
            </ol>
          </Panel>
        </>
      )}
    </Loaded>
  );
}
