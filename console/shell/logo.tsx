/** The sign of Rollward: an R whose stroke goes forward. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-ink" />
      <path
        d="M9.5 23V9h7.7a4.55 4.55 0 0 1 0 9.1h-3.4M17 18.1 22 23"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-inverse"
      />
    </svg>
  );
}
