import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";

/** Levels that are open at first, children shown at a time, and characters of a text before it is cut. */
const OPEN_LEVELS = 4;
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
      <Node name={null} value={value} level={0} />
    </div>
  );
}

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly level: number;
}

function Node({ name, value, level }: NodeProps) {
  return typeof value === "object" && value !== null ? (
    <Branch name={name} value={value} level={level} />
  ) : (
    <div className="flex gap-2 py-px pl-4">
      <Name name={name} />
      <Leaf value={value} />
    </div>
  );
}

const Name = ({ name }: { name: string | null }) =>
  name === null ? null : <span className="shrink-0 text-dim">{name}:</span>;

function Branch({ name, value, level }: { name: string | null; value: object; level: number }) {
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS);
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
            <Node key={key} name={key} value={child} level={level + 1} />
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
