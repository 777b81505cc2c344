import { clsx } from "clsx";
import { SEVERITY_STATES, SEVERITY_WORDS } from "./now-view.ts";
import type { NowView } from "./now-view.ts";
import { Link } from "../../ui/link.tsx";
import { StateIcon } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import { Words } from "../../ui/words.tsx";

const TINTS: Readonly<Record<NowView["severity"], string>> = {
  ok: "border-line bg-surface",
  info: "border-line bg-surface",
  warning: "border-warn/40 bg-warn-soft",
  critical: "border-bad/40 bg-bad-soft",
};

/** The one sentence, and what else is the matter. */
export function Headline({ now }: { now: NowView }) {
  const { sentence, severity, situations } = now;
  const others = situations.filter((each) => !sentence.includes(each.sentence)).slice(0, 3);
  return (
    <section aria-label="What is happening" className={clsx("rounded-xl border p-4 sm:p-5", TINTS[severity])}>
      <div className="flex items-start gap-3">
        <StateIcon state={SEVERITY_STATES[severity]} size={22} className="mt-0.5" />
        <div className="min-w-0">
          <h1 className="text-lg leading-snug font-semibold tracking-tight text-pretty sm:text-xl">
            <span className="sr-only">{SEVERITY_WORDS[severity]}: </span>
            <Words text={sentence} />
          </h1>
          {situations.some(({ situation }) => situation === "provider-trouble") && (
            <p className="mt-1 text-xs max-sm:hidden">
              <Link to="/settings" search={{ tab: "providers" }}>
                Look at the providers
              </Link>
            </p>
          )}
          {others.length > 0 && (
            <ul className="mt-2 flex flex-col gap-1">
              {others.map(({ sentence: line, severity: how, since }, index) => (
                <li key={index} className="flex items-start gap-2 text-sm text-dim max-sm:not-first:hidden">
                  <StateIcon state={SEVERITY_STATES[how]} size={14} className="mt-0.75" />
                  <span className="line-clamp-2 min-w-0">
                    {line}
                    {since !== null && (
                      <span className="text-xs text-faint">
                        {" "}
                        since <Time at={since} show="day" />
                      </span>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}
