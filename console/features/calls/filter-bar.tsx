import { SlidersHorizontal, X } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import type { Search, SearchPatch } from "../../lib/use-search.ts";
import { Button } from "../../ui/button.tsx";
import { SearchInput, Select } from "../../ui/field.tsx";
import { cleared, setFilters, SPANS, toggled } from "./call-filters.ts";
import type { SetFilter } from "./call-filters.ts";

/** Typing asks the server once it rests, ms. */
const REST_MS = 250;

interface FilterBarProps {
  readonly search: Search;
  readonly onChange: (patch: SearchPatch) => void;
  readonly onMore: () => void;
}

/** Words to look for, the time, and every filter that is set. */
export function FilterBar({ search, onChange, onMore }: FilterBarProps) {
  const filters = setFilters(search);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <WordSearch
          key={search["text"] === undefined ? "none" : "some"}
          text={search["text"] ?? ""}
          onChange={(text) => onChange({ text })}
        />
        <Select
          label="Time"
          bare
          options={SPANS}
          value={search["hours"] ?? ""}
          onChange={({ target }) => onChange({ hours: target.value, since: null, until: null })}
        />
        <Button icon={SlidersHorizontal} onClick={onMore} hint="f">
          Filters
        </Button>
      </div>
      {filters.length > 0 && (
        <ul aria-label="Filters that are set" className="flex flex-wrap items-center gap-1.5">
          {filters.map((filter) => (
            <li key={`${filter.name} ${filter.value}`}>
              <Chip filter={filter} onRemove={() => onChange(without(search, filter))} />
            </li>
          ))}
          <li>
            <Button kind="quiet" small onClick={() => onChange(cleared(search))}>
              Clear all
            </Button>
          </li>
        </ul>
      )}
    </div>
  );
}

function without(search: Search, { name, value }: SetFilter): SearchPatch {
  if (name === "since") return { since: null, until: null };
  const chosen = search[name]?.split(",") ?? [];
  return chosen.includes(value) ? toggled(search, name, value) : { [name]: null };
}

function Chip({ filter: { label, value }, onRemove }: { filter: SetFilter; onRemove: () => void }) {
  return (
    <span className="inline-flex h-6 max-w-72 items-center gap-1 rounded-full border border-line bg-sunken pr-1 pl-2.5 text-xs max-sm:h-8">
      <span className="text-faint">{label}</span>
      <span className="truncate">{value}</span>
      <button
        type="button"
        aria-label={`Remove ${label} ${value}`}
        className="inline-flex size-5 shrink-0 items-center justify-center rounded-full text-faint hover:bg-hover hover:text-ink max-sm:size-7"
        onClick={onRemove}
      >
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}

function WordSearch({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const search = useEffectEvent(() => {
    if (typed !== text) onChange(typed);
  });
  useEffect(() => {
    const timer = setTimeout(() => search(), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <SearchInput
      label="Search what was asked and answered"
      placeholder="Search what was asked and answered, -without"
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onKeyDown={(event) => event.key === "Enter" && onChange(typed)}
      className="min-w-48 flex-1 max-sm:basis-full"
    />
  );
}
