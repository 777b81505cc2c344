import { count, inUnit, span } from "../../lib/format.ts";
import { Figure } from "../../ui/figure.tsx";
import { Link } from "../../ui/link.tsx";
import type { NowView } from "./now-view.ts";

const COUNTED = { errors: "calls", "first-token": "calls", cost: "calls", quality: "scores" } as const;

/** Four numbers against what is usual. Red only where a rule fires. Each links to the calls behind it. */
export function Figures({ now: { figures } }: { now: NowView }) {
  return (
    <section
      aria-label="Four numbers"
      className="grid grid-cols-2 divide-line overflow-hidden rounded-lg border border-line bg-surface max-lg:[&>*:nth-child(n+3)]:border-t lg:grid-cols-4 lg:divide-x max-lg:[&>*:nth-child(odd)]:border-r"
    >
      {figures.map(({ figure, label, unit, value, n, baseline, refused, firing, calls, window_seconds: seconds }) => (
        <Link key={figure} to="/calls" search={calls} bare className="block border-line hover:bg-hover">
          <Figure
            label={firing === null ? label : `${label} · ${firing}`}
            value={inUnit(value, unit)}
            n={n}
            of={`${COUNTED[figure]} in ${span(seconds)}`}
            against={
              <>
                {refused > 0 && (
                  <span className="text-warn">
                    and {inUnit(n === 0 ? null : refused / n, "share")} refused by budgets or limits ·{" "}
                  </span>
                )}
                {baseline.value === null
                  ? "usual not known"
                  : `usually ${inUnit(baseline.value, unit)} (n ${count(baseline.n)})`}
              </>
            }
            state={firing === null ? "none" : "bad"}
          />
        </Link>
      ))}
    </section>
  );
}
