import type { ErrorComponentProps } from "@tanstack/react-router";
import { Problem } from "../ui/problem.tsx";

/** In place of a page that failed to draw. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  return (
    <div className="p-6">
      <Problem error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />
    </div>
  );
}
