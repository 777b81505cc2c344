import { BUNDLED_CATALOGUE } from "../../contract/catalogue/bundled.ts";
import { readCatalogue } from "../../contract/catalogue/read-catalogue.ts";
import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { type Findings, memberOf } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import { fileText } from "./file-text.ts";
import { resolveReference } from "./reference.ts";

/** The catalogue that a project names, else the one that comes with Rollward; `null` when the named one cannot be used. */
export function catalogueOf(findings: Findings): Catalogue | null {
  const reference = memberOf(findings.yaml.value, "catalogue");
  if (typeof reference !== "string") return BUNDLED_CATALOGUE;
  const { bundle } = findings;
  const told = (message: string, fix: string): null => {
    findings.atValue(["catalogue"], { message, fix });
    return null;
  };
  const resolved = resolveReference(bundle.main, reference);
  if ("fix" in resolved) return told(resolved.message, resolved.fix);
  const raw = bundle.files.get(resolved.path);
  if (raw === undefined) {
    findings.lacks(resolved.path);
    const reason = bundle.unreadable?.get(resolved.path);
    const why = reason === undefined ? "is missing" : `cannot be read: ${reason}`;
    return told(
      `the catalogue ${shown(reference)} ${why}`,
      "check the path, or make it with `rollward catalogue update`",
    );
  }
  const text = fileText(resolved.path, raw);
  if ("mistake" in text) {
    findings.add([text.mistake]);
    return null;
  }
  const read = readCatalogue(text.text);
  if ("catalogue" in read) return read.catalogue;
  return told(
    `the catalogue ${shown(reference)} cannot be used: ${read.reason}`,
    "make it again with `rollward catalogue update`; the one before lies beside it as `.previous.json`",
  );
}
