import type { Mistake, ProjectFiles } from "./project.ts";
import { type Fault, MAX_MISTAKES, mistake } from "./source/mistakes.ts";
import { about } from "./source/path-text.ts";
import type { YamlFile } from "./source/yaml-file.ts";
import type { Path } from "./source/yaml-places.ts";

const placeKey = ({ file, line, column }: Mistake): string => `${file}:${line}:${column}`;

/** Collects what is wrong while a project is looked at, so that everything is told at once. */
export class Findings {
  readonly bundle: ProjectFiles;
  readonly yaml: YamlFile;
  readonly #mistakes: Mistake[] = [];
  readonly #missing = new Set<string>();
  /** The environments that the project goes through; empty where the file names none but its own. */
  environments: readonly string[] = [];
  /** The segments that conditions may name, as they are written, of all files. */
  segments: ReadonlyMap<string, unknown>;

  constructor(bundle: ProjectFiles, yaml: YamlFile) {
    this.bundle = bundle;
    this.yaml = yaml;
    this.segments = new Map(membersOf(memberOf(yaml.value, "segments")));
    this.#mistakes.push(...yaml.mistakes);
  }

  get mistakes(): readonly Mistake[] {
    return this.#mistakes;
  }

  /** Whether so much is wrong that looking on is of no use. */
  get isFull(): boolean {
    return this.#mistakes.length >= MAX_MISTAKES;
  }

  get missing(): readonly string[] {
    return [...this.#missing].toSorted();
  }

  /** Mistakes where the file itself is at fault already are left out. */
  add(mistakes: readonly Mistake[]): void {
    const told = new Set(this.yaml.mistakes.map(placeKey));
    this.#mistakes.push(...mistakes.filter((one) => !told.has(placeKey(one))).slice(0, MAX_MISTAKES));
  }

  /** A fault of the value at a path of rollward.yaml. */
  atValue(path: Path, { message, fix }: Fault): void {
    if (this.isFull) return;
    this.#mistakes.push(mistake(this.yaml.valueAt(path), { message: about(path, message), fix }));
  }

  /** A fault of the key at a path of rollward.yaml. */
  atKey(path: Path, { message, fix }: Fault): void {
    if (this.isFull) return;
    this.#mistakes.push(mistake(this.yaml.keyAt(path), { message: about(path, message), fix }));
  }

  lacks(path: string): void {
    this.#missing.add(path);
  }
}

/** The members of a section of plain data; empty for anything else. Shape mistakes are told by the schema. */
export function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** One member of a section of plain data; `undefined` when there is none. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** The items of a list that are text, with their places in it. */
export function textItems(value: unknown): readonly (readonly [number, string])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) => (typeof item === "string" ? [[index, item] as const] : []));
}
