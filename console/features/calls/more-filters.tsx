import { useState } from "react";
import type { Search, SearchPatch } from "../../lib/use-search.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/field.tsx";
import type { Tally } from "./call-filters.ts";
import { FacetList } from "./facet-list.tsx";

interface MoreFiltersProps {
  readonly search: Search;
  readonly tally: Tally | null;
  /** Where the facets have no room beside the list. */
  readonly withFacets: boolean;
  readonly onChange: (patch: SearchPatch) => void;
  readonly onClose: () => void;
}

const FIELDS = [
  ["session", "Session", "as the application names it"],
  ["user", "User", "as the application names them"],
  ["tool", "Tool called", "its name, * for any"],
  ["tag", "Metadata", "name:value"],
  ["trace", "Trace id", "32 hex digits"],
  ["key", "Key", "key_…"],
] as const;

const RANGES = [
  ["latency", "Took", "ms"],
  ["first_token", "First token", "ms"],
  ["cost", "Cost", "$"],
  ["tokens", "Tokens", ""],
] as const;

const FEEDBACK = [
  ["", "Whatever was said"],
  ["any", "Anything was said"],
  ["thumbs-up", "Thumbs up"],
  ["thumbs-down", "Thumbs down"],
  ["problem", "A problem was reported"],
  ["score", "Scored"],
  ["correction", "Corrected"],
] as const;

const REPAIRED = [
  ["", "Either"],
  ["true", "Repaired"],
  ["false", "Not repaired"],
] as const;

/** Every filter that has no place beside the list. */
export function MoreFilters({ search, tally, withFacets, onChange, onClose }: MoreFiltersProps) {
  const [draft, setDraft] = useState<Search>(search);
  const apply = (): void => {
    onChange(Object.fromEntries(NAMES.map((name) => [name, draft[name] ?? null])));
    onClose();
  };
  const footer = (
    <Button kind="main" onClick={apply}>
      Show calls
    </Button>
  );
  return (
    <Dialog open onClose={onClose} title="Filters" footer={footer}>
      <form
        className="flex flex-col gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Fields draft={draft} onSet={(name, value) => setDraft({ ...draft, [name]: value })} />
        <button type="submit" className="sr-only">
          Show calls
        </button>
      </form>
      {withFacets && (
        <div className="border-t border-line px-5 pt-4">
          <FacetList tally={tally} search={search} onChange={onChange} />
        </div>
      )}
    </Dialog>
  );
}

const NAMES: readonly string[] = [
  ...FIELDS.map(([name]) => name),
  ...RANGES.flatMap(([name]) => [`${name}_from`, `${name}_to`]),
  "feedback",
  "repaired",
];

function Fields({ draft, onSet }: { draft: Search; onSet: (name: string, value: string) => void }) {
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        {FIELDS.map(([name, label, hint]) => (
          <Input
            key={name}
            label={label}
            placeholder={hint}
            value={draft[name] ?? ""}
            onChange={({ target }) => onSet(name, target.value.trim())}
          />
        ))}
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        {RANGES.map(([name, label, unit]) => (
          <fieldset key={name} className="grid grid-cols-2 gap-2">
            <legend className="mb-1 text-xs font-medium text-dim">
              {label} {unit !== "" && `(${unit})`}
            </legend>
            {(["from", "to"] as const).map((end) => (
              <Input
                key={end}
                bare
                label={`${label} ${end}`}
                placeholder={end === "from" ? "at least" : "at most"}
                inputMode="decimal"
                value={draft[`${name}_${end}`] ?? ""}
                onChange={({ target }) => onSet(`${name}_${end}`, target.value.trim())}
              />
            ))}
          </fieldset>
        ))}
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label="Feedback"
          options={FEEDBACK}
          value={draft["feedback"] ?? ""}
          onChange={({ target }) => onSet("feedback", target.value)}
        />
        <Select
          label="Repaired by another attempt, a fallback or the cache"
          options={REPAIRED}
          value={draft["repaired"] ?? ""}
          onChange={({ target }) => onSet("repaired", target.value)}
        />
      </div>
    </>
  );
}
