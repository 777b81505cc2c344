import { byCloseness } from "../closest.ts";
import type { ProjectContents } from "../content/project-contents.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import { shown } from "../source/mistakes.ts";
import { parsePercent } from "../units.ts";
import type { Path } from "../source/yaml-places.ts";

/** Fewer audits than this show nothing within a useful time. */
const LEAST_AUDIT = 0.001;

/** That what is kept is declared harmless and can be audited, and that every tool named here is one of an endpoint's. */
export function checkResults(findings: Findings, { tools }: Pick<ProjectContents, "tools">): void {
  const { value } = findings.yaml;
  const known = [...new Set([...tools.values()].map(({ name }) => name))];
  for (const [name, tool] of membersOf(memberOf(value, "tools"))) {
    const path = ["tools", name];
    const [near] = byCloseness(name, known);
    if (!known.includes(name)) {
      findings.atKey(path, {
        message: `no endpoint has a tool named ${shown(name)}`,
        fix: near === undefined ? "name a tool of one of the tool files, as models call it" : `did you mean "${near}"?`,
      });
    }
    if (memberOf(tool, "cache") !== undefined && memberOf(tool, "read_only") === false) {
      findings.atKey([...path, "cache"], {
        message: "results of a tool that changes something cannot be kept: a run that is left out would be missing",
        fix: "remove `cache`, or write `read_only: true` if a run changes nothing anywhere",
      });
    }
    checkAudit(findings, [...path, "cache"], memberOf(tool, "cache"));
  }
  for (const [name, retrieval] of membersOf(memberOf(value, "retrieval"))) {
    const path = ["retrieval", name];
    if (!NAME.test(name)) {
      findings.atKey(path, {
        message: "this name cannot be used",
        fix: "use lower-case letters, digits, dots, hyphens and underscores, a letter or digit first, at most 63",
      });
    }
    checkAudit(findings, [...path, "cache"], memberOf(retrieval, "cache"));
  }
}

function checkAudit(findings: Findings, path: Path, cache: unknown): void {
  const audit = shareOf(memberOf(cache, "audit"));
  if (audit !== null && audit < LEAST_AUDIT) {
    findings.atValue([...path, "audit"], {
      message: "nothing would show that results are still what a run gives",
      fix: "write at least 0.1%; `may_differ` says how often results may have changed",
    });
  }
  if (shareOf(memberOf(cache, "may_differ")) === 1) {
    findings.atValue([...path, "may_differ"], {
      message: "results that all may have changed are of no use",
      fix: "write a smaller share, or remove `cache`",
    });
  }
}

const shareOf = (value: unknown): number | null =>
  value === 0 ? 0 : typeof value === "string" ? parsePercent(value) : null;
