import type * as z from "zod";
import { Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { flagFileSchema } from "../schema/flags-schema.ts";
import { mistakesOf } from "../schema/mistakes-of.ts";
import { shown } from "../source/mistakes.ts";
import { readYaml } from "../source/yaml-file.ts";
import type { Path } from "../source/yaml-places.ts";
import { fileText } from "./file-text.ts";
import { resolveReference } from "./reference.ts";

/** What a file says of flags. */
export type FlagFileInput = z.output<typeof flagFileSchema>;

/** A file with flags: what is wrong in it, and what it says; `null` where it does not fit its schema. */
export interface FlagFile {
  readonly findings: Findings;
  readonly input: FlagFileInput | null;
}

/**
 * Reads the files of `flag_files`, and makes the segments of all files, and the environments, known to those who check what names them. What is wrong
 * in a file is in its own findings.
 */
export function readFlagFiles(findings: Findings, environments: readonly string[]): readonly FlagFile[] {
  const files: FlagFile[] = [];
  const seen = new Set<string>([findings.bundle.main]);
  for (const [index, reference] of textItems(memberOf(findings.yaml.value, "flag_files"))) {
    const file = readFlagFile(findings, ["flag_files", index], { reference, seen });
    if (file !== null) files.push(file);
  }
  const all = [findings, ...files.map((file) => file.findings)];
  const segments = new Map(all.flatMap(({ yaml }) => membersOf(memberOf(yaml.value, "segments"))));
  for (const one of all) {
    one.segments = segments;
    // A file may be shared by projects of one environment each: then nobody knows the names of the others.
    if (environments.length > 1) one.environments = environments;
  }
  return files;
}

function readFlagFile(
  findings: Findings,
  path: Path,
  { reference, seen }: { readonly reference: string; readonly seen: Set<string> },
): FlagFile | null {
  const { bundle } = findings;
  const told = (message: string, fix: string): null => {
    findings.atValue(path, { message, fix });
    return null;
  };
  const resolved = resolveReference(bundle.main, reference);
  if (!("path" in resolved)) return told(resolved.message, resolved.fix);
  if (seen.has(resolved.path)) return told("the file is read already", "remove it here");
  seen.add(resolved.path);
  const raw = bundle.files.get(resolved.path);
  if (raw === undefined) {
    findings.lacks(resolved.path);
    const reason = bundle.unreadable?.get(resolved.path);
    const why = reason === undefined ? "is missing" : `cannot be read: ${reason}`;
    return told(
      `the file ${shown(resolved.path)} ${why}`,
      "correct the path, which is relative to rollward.yaml, or the file",
    );
  }
  const text = fileText(resolved.path, raw);
  if ("mistake" in text) {
    findings.add([text.mistake]);
    return null;
  }
  const yaml = readYaml(resolved.path, text.text);
  const own = new Findings(bundle, yaml);
  if (yaml.value === undefined) return { findings: own, input: null };
  const parsed = flagFileSchema.safeParse(yaml.value);
  if (!parsed.success) own.add(mistakesOf(parsed.error.issues, flagFileSchema, { file: yaml }));
  return { findings: own, input: parsed.success ? parsed.data : null };
}
