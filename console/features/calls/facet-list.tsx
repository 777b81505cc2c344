import { clsx } from "clsx";
import { useState } from "react";
import { count, shortCount } from "../../lib/format.ts";
import type { Search } from "../../lib/use-search.ts";
import { chosenOf, FACETS, toggled } from "./call-filters.ts";
import type { Tally } from "./call-filters.ts";

/** Values of a facet that are shown before "more". */
const FEW = 6;

interface FacetListProps {
  readonly tally: Tally | null;
  readonly search: Search;
  readonly onChange: (patch: Search) => void;
}

/** What the calls can be narrowed to, each value with how many one would see. */
export function FacetList({ tally, search, onChange }: FacetListProps) {
  return (
    <div className="flex flex-col gap-4 pb-6">
      {FACETS.map(([name, label]) => {
        const values = valuesOf(tally?.facets[name] ?? [], chosenOf(search, name));
        // One value for all calls tells nothing, unless it is what was asked for.
        if (values.length < 2 && chosenOf(search, name).length === 0) return null;
        return (
          <Facet
            key={name}
            label={label}
            values={values}
            chosen={chosenOf(search, name)}
            onToggle={(value) => onChange(toggled(search, name, value))}
          />
        );
      })}
    </div>
  );
}

interface FacetValue {
  readonly value: string;
  readonly calls: number;
}

/** A chosen value stays in sight when no call has it any more. */
const valuesOf = (found: readonly FacetValue[], chosen: readonly string[]): readonly FacetValue[] => [
  ...found,
  ...chosen.filter((value) => !found.some((each) => each.value === value)).map((value) => ({ value, calls: 0 })),
];

interface FacetProps {
  readonly label: string;
  readonly values: readonly FacetValue[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}

function Facet({ label, values, chosen, onToggle }: FacetProps) {
  const [isWhole, setWhole] = useState(false);
  const most = values.reduce((largest, { calls }) => Math.max(largest, calls), 1);
  const shown = isWhole ? values : values.filter(({ value }, index) => index < FEW || chosen.includes(value));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs font-medium text-dim">{label}</legend>
      {shown.map(({ value, calls }) => (
        <label
          key={value}
          title={`${value}: ${count(calls)} calls`}
          className="group relative flex h-7 items-center gap-2 rounded-sm px-1 text-xs hover:bg-hover max-md:h-9"
        >
          <input
            type="checkbox"
            className="size-3.5 shrink-0 accent-(--color-ink)"
            checked={chosen.includes(value)}
            onChange={() => onToggle(value)}
          />
          <span className={clsx("min-w-0 flex-1 truncate", value === "(none)" && "text-faint")}>{value}</span>
          <span className="text-2xs text-faint">{shortCount(calls)}</span>
          <span
            aria-hidden
            className="absolute bottom-0 left-6.5 h-px bg-line-strong"
            style={{ width: `calc((100% - 2rem) * ${calls / most})` }}
          />
        </label>
      ))}
      {values.length > FEW && (
        <button type="button" className="px-1 py-1 text-2xs text-dim hover:text-ink" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Fewer" : `${values.length - FEW} more`}
        </button>
      )}
    </fieldset>
  );
}
