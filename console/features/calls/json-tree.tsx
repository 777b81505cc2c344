import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";

/** Levels and nodes that are open at first, children shown at a time, and characters of a text before it is cut. */
const OPEN_LEVELS = 4;
const OPEN_NODES = 2_000;
const CHILDREN = 100;
const CHARACTERS = 1_500;

/** A JSON value as a tree: branches close, long texts and lists are cut until they are asked for. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div
      className="max-h-[65dvh] overflow-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-xs"
      tabIndex={0}
      role="region"
      aria-label="JSON"
    >
      <Node name={null} value={value} open={openLevelsOf(value)} />
    </div>
  );
}

/** How many levels are open at first: as many as do not show more nodes than a browser draws in a moment. */
function openLevelsOf(value: unknown): number {
  let level: readonly unknown[] = [value];
  let nodes = 0;
  for (let levels = 0; levels < OPEN_LEVELS; levels += 1) {
    level = level.flatMap((each) => (isBranch(each) ? Object.values(each).slice(0, CHILDREN) : []));
    nodes += level.length;
    if (nodes > OPEN_NODES) return Math.max(1, levels);
  }
  return OPEN_LEVELS;
}

const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null;

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  /** Levels from here on that are open at first. */
  readonly open: number;
}

function Node({ name, value, open }: NodeProps) {
  return isBranch(value) ? (
    <Branch name={name} value={value} open={open} />
  ) : (
    <div className="flex gap-2 py-px pl-4">
      <Name name={name} />
      <Leaf value={value} />
    </div>
  );
}

const Name = ({ name }: { name: string | null }) =>
  name === null ? null : <span className="shrink-0 text-dim">{name}:</span>;

function Branch({ name, value, open }: { name: string | null; value: object; open: number }) {
  const [isOpen, setOpen] = useState(open > 0);
  const [most, setMost] = useState(CHILDREN);
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        className="flex items-center gap-1 rounded-sm py-px text-left hover:bg-hover"
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight
          size={12}
          aria-hidden
          className={clsx("shrink-0 text-faint transition-transform", isOpen && "rotate-90")}
        />
        <Name name={name} />
        <span className="text-faint">{isList ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </button>
      {isOpen && (
        <div className="ml-1.5 border-l border-line pl-2">
          {entries.slice(0, most).map(([key, child]) => (
            <Node key={key} name={key} value={child} open={open - 1} />
          ))}
          {entries.length > most && (
            <button
              type="button"
              className="py-1 pl-4 text-dim underline underline-offset-3"
              onClick={() => setMost(most + 10 * CHILDREN)}
            >
              {entries.length - most} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className="text-stable">{String(value)}</span>;
  const shown = isWhole ? value.slice(0, 100 * CHARACTERS) : value.slice(0, CHARACTERS);
  return (
    <span className="min-w-0 break-words whitespace-pre-wrap text-ink">
      {shown}
      {value.length > shown.length && (
        <button type="button" className="ml-1 text-dim underline underline-offset-3" onClick={() => setWhole(true)}>
          {isWhole
            ? `… ${value.length - shown.length} more characters under Exact`
            : `${value.length - shown.length} more characters`}
        </button>
      )}
    </span>
  );
}
