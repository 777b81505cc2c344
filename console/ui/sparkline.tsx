interface SparklineProps {
  /** In order of time; `null` is no data and leaves a gap. */
  readonly values: readonly (number | null)[];
  /** What it shows, read out. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** From 0, for counts and shares; else from the least value. */
  readonly fromZero?: boolean;
}

/** A line without axes, beside a number. Fewer than two values draw nothing. */
export function Sparkline({ values, label, width = 84, height = 24, fromZero = true }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const low = fromZero ? 0 : Math.min(...known);
  const high = Math.max(...known, low + Number.EPSILON);
  const x = (index: number): number => (index / (values.length - 1)) * (width - 2) + 1;
  const y = (value: number): number => height - 2 - ((value - low) / (high - low)) * (height - 4);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      className="shrink-0 overflow-visible text-dim"
    >
      {runs(values).map((run) => (
        <polyline
          key={run[0]?.[0]}
          points={run.map(([index, value]) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
    </svg>
  );
}

/** Stretches of known values, each with its index. */
function runs(values: readonly (number | null)[]): readonly (readonly (readonly [number, number])[])[] {
  const found: (readonly [number, number])[][] = [];
  let open: (readonly [number, number])[] | null = null;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      open = null;
      continue;
    }
    if (open === null) found.push((open = []));
    open.push([index, value]);
  }
  return found;
}
