import { clsx } from "clsx";
import { Wrench } from "lucide-react";
import { NO_DATA } from "../../lib/format.ts";
import type { WholeCall } from "./timeline.tsx";

const SHORT = 700;

/** What was asked last and what was answered, in plain text. */
export function Said({ said, short = false }: { said: WholeCall["said"]; short?: boolean }) {
  if (said === null)
    return <p className="text-sm text-dim">{NO_DATA}: the release keeps no bytes, or they have expired.</p>;
  return (
    <div className="flex flex-col gap-3">
      <Turn who="Asked" text={said.asked} short={short} />
      {(said.answered !== "" || said.error === null) && <Turn who="Answered" text={said.answered} short={short} />}
      {said.error !== null && <Turn who="Error" text={said.error} short={short} isFault />}
      {said.tools.length > 0 && (
        <p className="flex items-center gap-1.5 text-xs text-dim">
          <Wrench size={13} aria-hidden /> called {said.tools.join(", ")}
        </p>
      )}
    </div>
  );
}

interface TurnProps {
  readonly who: string;
  readonly text: string;
  readonly short: boolean;
  /** Whether no model said it. */
  readonly isFault?: boolean;
}

function Turn({ who, text, short, isFault = false }: TurnProps) {
  const isCut = short && text.length > SHORT;
  return (
    <section className="min-w-0">
      <p className="mb-0.5 text-2xs font-medium tracking-wide text-faint uppercase">{who}</p>
      <p className={clsx("text-sm break-words whitespace-pre-wrap", isFault && "text-bad")}>
        {text === "" ? (
          <span className="text-faint">nothing in words</span>
        ) : isCut ? (
          `${text.slice(0, SHORT)} …`
        ) : (
          text
        )}
      </p>
    </section>
  );
}
