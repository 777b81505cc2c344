import { lintWindows } from "../../domain/slo/slo.ts";
import type { Slo } from "../../domain/slo/slo.ts";
import { buildOpenSlo } from "../build/build-openslo.ts";
import type { OpenSloDocuments } from "../build/build-openslo.ts";
import { Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { mistakesOf } from "../schema/mistakes-of.ts";
import { openSloSchemas } from "../schema/openslo-schema.ts";
import type { ConditionSpec, OpenSlo, PolicySpec, SliSpec } from "../schema/openslo-schema.ts";
import { shown } from "../source/mistakes.ts";
import { readYaml } from "../source/yaml-file.ts";
import type { Path } from "../source/yaml-places.ts";
import { fileText } from "./file-text.ts";
import { resolveReference } from "./reference.ts";

type Kind = keyof typeof openSloSchemas;

interface ReadSlo {
  readonly document: OpenSlo<"SLO">;
  /** Where its mistakes stand. */
  readonly findings: Findings;
}

/** Reads the files of `slo_files`, in OpenSLO v1. What is wrong in a file is told at its place there. */
export function readSloFiles(findings: Findings): readonly Slo[] {
  const slis = new Map<string, SliSpec>();
  const policies = new Map<string, PolicySpec>();
  const conditions = new Map<string, ConditionSpec>();
  const slos: ReadSlo[] = [];
  for (const [index, reference] of textItems(memberOf(findings.yaml.value, "slo_files"))) {
    for (const own of documentsOf(findings, ["slo_files", index], reference)) {
      const kind = memberOf(own.yaml.value, "kind");
      if (!isKind(kind)) {
        own.atValue(["kind"], {
          message: `expected one of ${Object.keys(openSloSchemas).join(", ")}, not ${shown(kind)}`,
          fix: "leave other documents out",
        });
      } else {
        const schema = openSloSchemas[kind];
        const parsed = schema.safeParse(own.yaml.value);
        if (!parsed.success) own.add(mistakesOf(parsed.error.issues, schema, { file: own.yaml }));
        else {
          const { data } = parsed;
          if (data.kind === "SLI") slis.set(data.metadata.name, data.spec);
          else if (data.kind === "AlertPolicy") policies.set(data.metadata.name, data.spec);
          else if (data.kind === "AlertCondition") conditions.set(data.metadata.name, data.spec);
          else slos.push({ document: data, findings: own });
        }
      }
      findings.add(own.mistakes);
    }
  }
  const taken = new Set(membersOf(memberOf(findings.yaml.value, "slos")).map(([name]) => name));
  return slos.flatMap((one) => sloOf(findings, one, { documents: { slis, policies, conditions }, taken }));
}

interface SloTerms {
  readonly documents: OpenSloDocuments;
  /** Names that service levels have already. */
  readonly taken: Set<string>;
}

function sloOf(
  findings: Findings,
  { document, findings: own }: ReadSlo,
  { documents, taken }: SloTerms,
): readonly Slo[] {
  const place = new Findings(own.bundle, own.yaml);
  const result = buildOpenSlo(document, documents);
  const { service } = document.spec;
  const endpoints = membersOf(memberOf(findings.yaml.value, "endpoints")).map(([name]) => name);
  if (taken.has(document.metadata.name)) {
    place.atValue(["metadata", "name"], {
      message: "another service level has this name",
      fix: "rename one of the two",
    });
  }
  taken.add(document.metadata.name);
  if (!endpoints.includes(service)) {
    place.atValue(["spec", "service"], {
      message: `there is no endpoint ${shown(service)}`,
      fix: "write the name of an endpoint of rollward.yaml",
    });
  }
  if ("fault" in result)
    place.atKey(["spec"], { message: result.fault, fix: "docs/slos.md says what is read of OpenSLO" });
  else {
    for (const message of lintWindows(result.slo.windows, result.slo.periodMs)) {
      place.atKey(["spec"], {
        message,
        fix: "add an AlertCondition with a threshold of 1, or leave `alertPolicies` out",
      });
    }
  }
  findings.add(place.mistakes.slice(own.yaml.mistakes.length));
  return "slo" in result && place.mistakes.length === 0 ? [result.slo] : [];
}

/** The documents of one file, each with its own findings. */
function documentsOf(findings: Findings, path: Path, reference: string): readonly Findings[] {
  const { bundle } = findings;
  const resolved = resolveReference(bundle.main, reference);
  if (!("path" in resolved)) {
    findings.atValue(path, { message: resolved.message, fix: resolved.fix });
    return [];
  }
  const raw = bundle.files.get(resolved.path);
  if (raw === undefined) {
    findings.lacks(resolved.path);
    const message = `the file ${shown(resolved.path)} ${bundle.unreadable?.get(resolved.path) ?? "is missing"}`;
    findings.atValue(path, { message, fix: "correct the path, which is relative to rollward.yaml, or the file" });
    return [];
  }
  const text = fileText(resolved.path, raw);
  if ("mistake" in text) {
    findings.add([text.mistake]);
    return [];
  }
  return partsOf(text.text).map((part) => {
    const own = new Findings(bundle, readYaml(resolved.path, part));
    return own;
  });
}

/** The documents of a text, each on the lines that it has there. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let [part, before] = ["", ""];
  for (const line of text.split("\n")) {
    if (/^---\s*$/.test(line)) {
      parts.push(part);
      before += "\n";
      part = before;
    } else {
      part += `${line}\n`;
      before += "\n";
    }
  }
  return [...parts, part].filter((each) => each.trim() !== "");
}

const isKind = (kind: unknown): kind is Kind => typeof kind === "string" && Object.hasOwn(openSloSchemas, kind);
