import { Checkbox, Select } from "../../ui/field.tsx";

interface ChoicesProps {
  readonly endpoints: readonly string[];
  readonly endpoint: string;
  /** Newest first. */
  readonly releases: readonly string[];
  readonly chosen: readonly string[];
  readonly onEndpoint: (endpoint: string) => void;
  readonly onReleases: (releases: readonly string[]) => void;
}

/** Releases that are offered at a glance. */
const SHOWN = 8;

/** Which endpoint, and which of its releases. */
export function Choices({ endpoints, endpoint, releases, chosen, onEndpoint, onReleases }: ChoicesProps) {
  const toggle = (name: string): void =>
    onReleases(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  const offered = [...new Set([...releases.slice(0, SHOWN), ...chosen])];
  return (
    <>
      <Select
        label="Endpoint"
        options={endpoints.map((name) => [name, name] as const)}
        value={endpoint}
        onChange={(event) => onEndpoint(event.target.value)}
      />
      <fieldset>
        <legend className="mb-1.5 text-xs font-medium text-dim">Releases, at most four</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1.5">
          {offered.map((name) => (
            <Checkbox key={name} label={name} checked={chosen.includes(name)} onChange={() => toggle(name)} />
          ))}
        </div>
      </fieldset>
    </>
  );
}
