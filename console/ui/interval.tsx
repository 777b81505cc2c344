interface IntervalProps {
  /** Ratio of candidate to stable. */
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Beyond these it is harm, or no longer "no worse": ratios of worse to better. */
  readonly harm: number;
  readonly noWorse: number;
  readonly better: "lower" | "higher";
  readonly label: string;
}

const WIDTH = 148;
const HEIGHT = 26;

/**
 * An effect with its interval on a scale of ratios: the middle is "the same", what is better for users lies left, the
 * lines are the margins.
 */
export function Interval({ ratio, low, high, harm, noWorse, better, label }: IntervalProps) {
  const worse = (value: number): number => (better === "lower" ? Math.log(value) : -Math.log(value));
  const known = [ratio, low, high].filter((value) => value !== null && value > 0);
  const reach = Math.max(
    Math.log(noWorse) * 1.6,
    Math.log(harm) * 1.6,
    ...known.map((value) => Math.abs(worse(value ?? 1))),
  );
  const x = (value: number): number => WIDTH / 2 + (value / (reach * 1.08)) * (WIDTH / 2 - 4);
  const ends = [low, high].filter((value) => value !== null && value > 0).map((value) => x(worse(value ?? 1)));
  const middle = HEIGHT / 2;
  return (
    <svg
      role="img"
      aria-label={label}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="max-w-full"
    >
      <line x1="0" x2={WIDTH} y1={middle} y2={middle} className="stroke-line-strong" strokeWidth="1" />
      <line x1={WIDTH / 2} x2={WIDTH / 2} y1="3" y2={HEIGHT - 3} className="stroke-faint" strokeWidth="1" />
      <line
        x1={x(Math.log(noWorse))}
        x2={x(Math.log(noWorse))}
        y1="5"
        y2={HEIGHT - 5}
        className="stroke-bad"
        strokeWidth="1.5"
        strokeDasharray="2 2"
      />
      {ends.length === 2 && (
        <line
          x1={ends[0]}
          x2={ends[1]}
          y1={middle}
          y2={middle}
          className="stroke-candidate"
          strokeWidth="3"
          strokeLinecap="round"
        />
      )}
      {ratio > 0 && (
        <rect
          x={x(worse(ratio)) - 3.6}
          y={middle - 3.6}
          width="7.2"
          height="7.2"
          rx="1"
          transform={`rotate(45 ${x(worse(ratio))} ${middle})`}
          className="fill-candidate stroke-surface"
          strokeWidth="1"
        />
      )}
    </svg>
  );
}
