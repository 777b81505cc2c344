import { reportNeeds } from "../../domain/flags/report-needs.ts";
import { closest } from "../closest.ts";
import type { FlagFile } from "../content/flag-files.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import { MOST_FLAGS, MOST_IN_A_ROW } from "../schema/flags-schema.ts";
import { shown } from "../source/mistakes.ts";
import { checkConditions, segmentsIn } from "./check-conditions.ts";
import { checkFlag } from "./check-flag.ts";
import { NAME_FAULT } from "./check-meters.ts";

/** Where flags say which release an endpoint serves; no flag of a file may be called so. */
const ENDPOINT_FLAGS = "endpoint.";

/** A flag or a segment as it is written, and in which file. */
interface Written {
  readonly section: "flags" | "segments";
  readonly name: string;
  readonly value: unknown;
  readonly findings: Findings;
}

/** Flags and segments of all files: their names, what they name, and that nothing needs itself. */
export function checkFlags(main: Findings, files: readonly FlagFile[]): void {
  const all = [main, ...files.map(({ findings }) => findings)];
  const segments = writtenIn(all, "segments");
  const flags = writtenIn(all, "flags");
  for (const { name, value, findings } of segments.values()) {
    if (!NAME.test(name)) findings.atKey(["segments", name], NAME_FAULT);
    checkConditions(findings, ["segments", name], value);
  }
  for (const written of flags.values()) {
    const { name, value, findings } = written;
    const path = ["flags", name];
    if (!NAME.test(name)) findings.atKey(path, NAME_FAULT);
    if (name.startsWith(ENDPOINT_FLAGS)) {
      const message = `names that begin with "${ENDPOINT_FLAGS}" say which release an endpoint serves`;
      findings.atKey(path, { message, fix: "choose another name" });
    }
    checkFlag(findings, path, value);
    checkPrerequisites(written, flags);
  }
  checkNeeds(segments, ({ value }) => segmentsIn([], value).map(({ name }) => name));
  checkNeeds(flags, ({ value }) => membersOf(memberOf(value, "prerequisites")).map(([name]) => name));
  for (const { findings } of files) main.add(findings.mistakes);
}

/** What a section of all files holds by name; a name that stands in two files is a mistake in the second one. */
function writtenIn(all: readonly Findings[], section: Written["section"]): ReadonlyMap<string, Written> {
  const found = new Map<string, Written>();
  for (const findings of all) {
    for (const [name, value] of membersOf(memberOf(findings.yaml.value, section))) {
      const other = found.get(name);
      if (found.size === MOST_FLAGS && other === undefined) {
        findings.atKey([section, name], { message: `there are more than ${MOST_FLAGS}`, fix: "remove some" });
        return found;
      }
      if (other === undefined) found.set(name, { section, name, value, findings });
      else {
        const message = `the name stands in ${shown(other.findings.yaml.file)} too`;
        findings.atKey([section, name], { message, fix: "rename one of the two" });
      }
    }
  }
  return found;
}

function checkPrerequisites({ name, value, findings }: Written, flags: ReadonlyMap<string, Written>): void {
  for (const [needed, wanted] of membersOf(memberOf(value, "prerequisites"))) {
    if (findings.isFull) return;
    const place = ["flags", name, "prerequisites", needed];
    const other = flags.get(needed);
    if (other === undefined) {
      const near = closest(needed, [...flags.keys()]);
      const fix = near === null ? "add it to `flags`" : `did you mean "${near}"?`;
      findings.atKey(place, { message: `there is no flag ${shown(needed)}`, fix });
      continue;
    }
    const variants = variantsOf(other.value);
    for (const variant of [wanted].flat()) {
      if (typeof variant !== "string" || variants.includes(variant)) continue;
      const message = `the flag ${needed} has no variant ${shown(variant)}`;
      findings.atValue(place, { message, fix: `it has: ${variants.join(", ")}` });
    }
  }
}

/** The names of a flag's variants as they are written. */
function variantsOf(flag: unknown): readonly string[] {
  const written = memberOf(flag, "variants");
  return written === undefined ? ["on", "off"] : membersOf(written).map(([name]) => name);
}

/** That nothing needs itself, also by way of others, and that no row of needs is too long to be read. */
function checkNeeds(all: ReadonlyMap<string, Written>, needsOf: (written: Written) => readonly string[]): void {
  const { cycles, depths } = reportNeeds(new Map([...all].map(([name, written]) => [name, needsOf(written)])));
  const tell = (name: string, message: string, fix: string): void => {
    const written = all.get(name);
    written?.findings.atKey([written.section, name], { message, fix });
  };
  for (const cycle of cycles) {
    const [first = ""] = cycle;
    const way = [...cycle, first].slice(0, MOST_IN_A_ROW).join(" needs ");
    const message = cycle.length === 1 ? `${first} needs itself` : `these need each other in a circle: ${way}`;
    tell(first, message, "take one of them out of another");
  }
  if (cycles.length > 0) return;
  for (const [name, depth] of depths) {
    if (depth !== MOST_IN_A_ROW + 1) continue;
    tell(name, `more than ${MOST_IN_A_ROW} need each other in a row`, "bring some of them together");
  }
}
