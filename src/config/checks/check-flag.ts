import { parseInstant } from "../../domain/flags/parse-instant.ts";
import { closest } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import { VARIANT_NAME } from "../schema/flags-schema.ts";
import { type Fault, shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { parsePercent } from "../units.ts";
import { checkConditions } from "./check-conditions.ts";
import { NAME_FAULT } from "./check-meters.ts";

/** Metadata that evaluations add themselves. */
const OWN_METADATA = ["rule", "cause"];

/** What the keys of one flag say together. */
export function checkFlag(findings: Findings, path: Path, flag: unknown): void {
  const variants = checkVariants(findings, path, flag);
  for (const key of ["default", "off_variant"]) {
    checkVariant(findings, [...path, key], { variant: memberOf(flag, key), variants });
  }
  for (const [environment, variant] of membersOf(memberOf(flag, "default_in"))) {
    const place = [...path, "default_in", environment];
    const fault = environmentFault(environment, findings);
    if (fault !== null) findings.atKey(place, fault);
    checkVariant(findings, place, { variant, variants });
  }
  for (const [name] of membersOf(memberOf(flag, "metadata"))) {
    if (!OWN_METADATA.includes(name)) continue;
    findings.atKey([...path, "metadata", name], {
      message: "every evaluation has its own",
      fix: "choose another name",
    });
  }
  checkTimes(findings, path, flag);
  checkRules(findings, [...path, "rules"], { rules: memberOf(flag, "rules"), variants });
}

const KINDS: Readonly<Record<string, { readonly words: string; readonly fits: (value: unknown) => boolean }>> = {
  boolean: { words: "true or false", fits: (value) => typeof value === "boolean" },
  string: { words: "a text", fits: (value) => typeof value === "string" },
  number: { words: "a number", fits: (value) => typeof value === "number" },
  object: {
    words: "a section",
    fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
};

/** The names of the variants, whose values must be of the flag's type. */
function checkVariants(findings: Findings, path: Path, flag: unknown): readonly string[] {
  const written = memberOf(flag, "type");
  const type = typeof written === "string" ? written : "boolean";
  const variants = memberOf(flag, "variants");
  const kind = KINDS[type];
  if (variants === undefined) {
    if (type === "boolean") return ["on", "off"];
    if (kind === undefined) return [];
    findings.atKey(path, { message: "it has no variants", fix: `add \`variants\` with ${kind.words} each` });
    return [];
  }
  const members = membersOf(variants);
  if (members.length === 0)
    findings.atKey([...path, "variants"], { message: "there is no variant", fix: "add at least one" });
  for (const [name, value] of members) {
    const place = [...path, "variants", name];
    if (!VARIANT_NAME.test(name)) findings.atKey(place, VARIANT_FAULT);
    if (kind === undefined || kind.fits(value)) continue;
    const message = `a ${type} flag has ${kind.words} here, not ${shown(value)}`;
    findings.atValue(place, { message, fix: written === undefined ? "say its `type`" : `write ${kind.words}` });
  }
  return members.map(([name]) => name);
}

const VARIANT_FAULT: Fault = {
  message: "this cannot name a variant",
  fix: "use letters, digits, dots, hyphens and underscores, a letter or digit first, at most 63",
};

interface Choice {
  readonly variant: unknown;
  readonly variants: readonly string[];
}

/** Where no variant is known, that is the mistake. */
function checkVariant(findings: Findings, path: Path, { variant, variants }: Choice): void {
  if (typeof variant !== "string" || variants.length === 0 || variants.includes(variant)) return;
  findings.atValue(path, unknownVariant(variant, variants));
}

function unknownVariant(variant: string, variants: readonly string[]): Fault {
  const near = closest(variant, variants);
  return {
    message: `there is no variant ${shown(variant)}`,
    fix: near === null ? `there are: ${variants.slice(0, 20).join(", ") || "none"}` : `did you mean "${near}"?`,
  };
}

interface Rules {
  readonly rules: unknown;
  readonly variants: readonly string[];
}

function checkRules(findings: Findings, path: Path, { rules, variants }: Rules): void {
  if (!Array.isArray(rules)) return;
  const names = new Set<unknown>();
  for (const [index, rule] of rules.entries() as IterableIterator<[number, unknown]>) {
    const place = [...path, index];
    const name = memberOf(rule, "name");
    if (typeof name === "string" && names.has(name)) {
      findings.atValue([...place, "name"], { message: "another rule has this name", fix: "choose another one" });
    }
    names.add(name);
    for (const [at, environment] of textItems(memberOf(rule, "environments"))) {
      const fault = environmentFault(environment, findings);
      if (fault !== null) findings.atValue([...place, "environments", at], fault);
    }
    checkTimes(findings, place, rule);
    checkRamp(findings, [...place, "percentage"], memberOf(rule, "percentage"));
    checkServe(findings, [...place, "serve"], { serve: memberOf(rule, "serve"), variants });
    const when = memberOf(rule, "when");
    if (when !== undefined) checkConditions(findings, [...place, "when"], when);
  }
}

function checkServe(
  findings: Findings,
  path: Path,
  { serve, variants }: { readonly serve: unknown; readonly variants: readonly string[] },
): void {
  checkVariant(findings, path, { variant: serve, variants });
  if (typeof serve !== "object" || serve === null || Array.isArray(serve)) return;
  const shares = membersOf(serve);
  for (const [variant] of shares) {
    if (variants.length > 0 && !variants.includes(variant))
      findings.atKey([...path, variant], unknownVariant(variant, variants));
  }
  const parsed = shares.map(([, share]) => (share === 0 ? 0 : typeof share === "string" ? parsePercent(share) : null));
  // A share that is none is told where it stands.
  if (!parsed.every((share) => share !== null)) return;
  const sum = parsed.reduce((total, share) => total + share, 0);
  // Ten decimals are all that a percentage can have.
  if (Math.abs(sum - 1) <= 1e-9) return;
  findings.atKey(path, {
    message: `the shares add up to ${Number((sum * 100).toFixed(6))}%`,
    fix: "make them 100% together; `percentage` says for how many the rule is",
  });
}

function checkRamp(findings: Findings, path: Path, ramp: unknown): void {
  if (!Array.isArray(ramp)) return;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, step] of ramp.entries() as IterableIterator<[number, unknown]>) {
    const at = instantIn(step, "at");
    if (at === null) continue;
    if (at <= latest) {
      findings.atValue([...path, index, "at"], {
        message: "the step before it is not earlier",
        fix: "write the steps in the order of time",
      });
    }
    latest = Math.max(latest, at);
  }
}

function checkTimes(findings: Findings, path: Path, section: unknown): void {
  const [from, until] = [instantIn(section, "from"), instantIn(section, "until")];
  if (from === null || until === null || until > from) return;
  findings.atValue([...path, "until"], { message: "it is over before it begins", fix: "make it later than `from`" });
}

function instantIn(section: unknown, key: string): number | null {
  const written = memberOf(section, key);
  return typeof written === "string" ? parseInstant(written) : null;
}

/** A name that is mistyped would silently never be in force. */
function environmentFault(name: string, { environments }: Findings): Fault | null {
  if (!NAME.test(name)) return NAME_FAULT;
  if (environments.length === 0 || environments.includes(name)) return null;
  const near = closest(name, environments);
  return {
    message: `there is no environment ${shown(name)}`,
    fix: near === null ? `there are: ${environments.join(", ")}` : `did you mean "${near}"?`,
  };
}
