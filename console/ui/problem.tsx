import { ApiError } from "../lib/api.ts";
import { Button } from "./button.tsx";
import { StateIcon } from "./state-mark.tsx";
import { Words } from "./words.tsx";

interface ProblemProps {
  readonly error: Error;
  /** Whether what stands below it was read before. */
  readonly isOld?: boolean;
  readonly onRetry?: () => void;
}

/** What went wrong and what to do, in the words of the API. */
export function Problem({ error, isOld = false, onRetry }: ProblemProps) {
  const help = error instanceof ApiError ? error.help : "Load the page again; if it stays, look at the server's log.";
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad/35 bg-bad-soft p-4">
      <StateIcon state="bad" size={17} className="mt-0.5" />
      <div className="min-w-0">
        <p className="text-sm font-semibold break-words">
          <Words text={error.message} />
          {isOld && " What is shown is old."}
        </p>
        <p className="mt-0.5 text-sm break-words text-dim">
          <Words text={help} />
        </p>
        {onRetry !== undefined && (
          <Button small className="mt-3" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
