import type { Json } from "../domain/json.ts";
import { closest } from "./closest.ts";
import type { EndpointSettings } from "./project.ts";
import { shown } from "./source/mistakes.ts";

interface Kind {
  readonly words: string;
  readonly fits: (value: Json) => boolean;
}

const isSection = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const NUMBER: Kind = { words: "a number", fits: (value) => typeof value === "number" };
const INTEGER: Kind = { words: "a whole number", fits: (value) => Number.isInteger(value) };
const TEXT: Kind = { words: "a text", fits: (value) => typeof value === "string" };
const SWITCH: Kind = { words: "true or false", fits: (value) => typeof value === "boolean" };
const SECTION: Kind = { words: "a section", fits: isSection };
const CHOICE: Kind = {
  words: "a text or a section",
  fits: (value) => typeof value === "string" || isSection(value),
};
const TEXTS: Kind = {
  words: "a text or a list of texts",
  fits: (value) => typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string")),
};

/** What the API expects of the fields that nearly everybody sets. `response_format` is also a text where images and speech are made. */
const EXPECTED: ReadonlyMap<string, Kind> = new Map([
  ["temperature", NUMBER],
  ["top_p", NUMBER],
  ["top_k", INTEGER],
  ["max_tokens", INTEGER],
  ["max_completion_tokens", INTEGER],
  ["presence_penalty", NUMBER],
  ["frequency_penalty", NUMBER],
  ["seed", INTEGER],
  ["parallel_tool_calls", SWITCH],
  ["reasoning_effort", TEXT],
  ["verbosity", TEXT],
  ["service_tier", TEXT],
  ["user", TEXT],
  ["stop", TEXTS],
  ["tool_choice", CHOICE],
  ["logit_bias", SECTION],
  ["response_format", CHOICE],
]);

const NAMES = [...EXPECTED.keys()];

/** Fields of single providers and addresses whose names only resemble those above. */
const OTHERS: ReadonlySet<string> = new Set([
  "top_a",
  "top_n",
  "min_p",
  "min_tokens",
  "store",
  "size",
  "speed",
  "stop_sequences",
  "users",
  "response_modalities",
]);

/** Sentences on parameters that are probably slips of the pen: providers have fields of their own, so none is refused. */
export const parameterWarnings = (endpoints: Iterable<Pick<EndpointSettings, "name" | "content">>): readonly string[] =>
  [...endpoints].flatMap(({ name: endpoint, content: { parameters } }) =>
    Object.entries(parameters).flatMap(([name, value]) => {
      const doubt = doubtOf(name, value);
      return doubt === null ? [] : [`The endpoint ${endpoint} sets the parameter \`${name}\`${doubt}`];
    }),
  );

function doubtOf(name: string, value: Json): string | null {
  const expected = EXPECTED.get(name);
  if (expected !== undefined) {
    if (value === null || expected.fits(value)) return null;
    return ` to ${shown(value)}, where providers expect ${expected.words}.`;
  }
  const meant = OTHERS.has(name) ? null : closest(name, NAMES);
  return meant === null ? null : `, which is sent as it is; did you mean \`${meant}\`?`;
}
