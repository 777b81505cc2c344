import { clsx } from "clsx";

interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

/** A text comparison by lines, as the API makes it: short ones, where an editor would be too much. */
export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="overflow-x-auto rounded-md border border-line bg-sunken py-1.5 font-mono text-xs"
    >
      {lines.map(({ kind, text }, index) => (
        <div
          key={index}
          className={clsx(
            "flex gap-3 px-3 break-words whitespace-pre-wrap",
            kind === "added" && "bg-ok-soft",
            kind === "removed" && "bg-bad-soft",
          )}
        >
          <span
            className={clsx(
              "w-2 shrink-0 select-none",
              kind === "added" ? "text-ok" : kind === "removed" ? "text-bad" : "text-faint",
            )}
          >
            {SIGNS[kind]}
          </span>
          <span className={clsx("min-w-0", kind === "same" && "text-dim")}>{text === "" ? " " : text}</span>
        </div>
      ))}
    </div>
  );
}
