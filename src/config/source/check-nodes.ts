import { type Document, type Node, type Pair, type YAMLMap, isAlias, isMap, isScalar, visit } from "yaml";
import type { Fault } from "./mistakes.ts";
import { shown } from "./mistakes.ts";

/** A fault at an offset of the text. */
export interface NodeFault extends Fault {
  readonly offset: number;
}

/** What the nodes of a document give reason to refuse. */
export interface NodeCheck {
  readonly faults: readonly NodeFault[];
  /** Whether the document must not be turned into data. */
  readonly fatal: boolean;
  /** Offset of the first alias; 0 when there is none. */
  readonly firstAlias: number;
}

const MAX_FAULTS = 100;

const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

const DANGEROUS: Fault = {
  message: "a key with this name could change the program instead of the configuration",
  fix: "use another name",
};

function keyFault(key: unknown, seen: ReadonlySet<unknown>): Fault | null {
  if (!isScalar(key))
    return { message: "this key is not plain text", fix: "write a key as text; use a list for a list" };
  if (typeof key.value !== "string")
    return { message: `the key ${key.source ?? ""} is not text`, fix: `put it in quotes: "${key.source ?? ""}"` };
  if (key.value === "<<")
    return {
      message: "merge keys (<<) are not part of YAML 1.2",
      fix: "write the keys out, or use an alias for the whole section",
    };
  if (seen.has(key.value)) return { message: `the key ${shown(key.value)} is here twice`, fix: "keep one of the two" };
  return null;
}

/** `__proto__`, and `constructor` that holds `prototype`: the plain word `constructor` is a legitimate name. */
function isDangerous({ key, value }: Pair): boolean {
  if (!isScalar(key)) return false;
  if (key.value === "__proto__") return true;
  return (
    key.value === "constructor" &&
    isMap(value) &&
    value.items.some((one) => isScalar(one.key) && one.key.value === "prototype")
  );
}

function checkMap(map: YAMLMap, report: (node: unknown, fault: Fault, fatal?: boolean) => void): void {
  const seen = new Set<unknown>();
  for (const pair of map.items) {
    if (isDangerous(pair)) {
      report(pair.key, DANGEROUS, true);
      continue;
    }
    const fault = keyFault(pair.key, seen);
    // A key that is a list or a section has no name under which its value could be kept.
    if (fault !== null) report(pair.key, fault, !isScalar(pair.key));
    if (isScalar(pair.key)) seen.add(pair.key.value);
  }
}

function scalarFault(value: unknown): Fault | null {
  if (typeof value === "number" && !Number.isFinite(value))
    return { message: "this is not a finite number", fix: "write a finite number, or put it in quotes" };
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { message: "this number is too large to be kept exactly", fix: "put it in quotes, or write a smaller one" };
  }
  if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) {
    return {
      message: "this text holds a character that cannot be stored",
      fix: "remove \\0 and single halves of \\u pairs",
    };
  }
  return null;
}

const TAG: Fault = {
  message: "tags are not supported",
  fix: "remove the tag; values are plain text, numbers, lists and sections",
};

/** Checks what YAML allows and a configuration must not hold. Recursive: give it only documents of bounded depth. */
export function checkNodes(document: Document.Parsed, maxAliases: number): NodeCheck {
  const tags = document.warnings.filter((warning) => warning.code === "TAG_RESOLVE_FAILED").slice(0, MAX_FAULTS);
  const faults: NodeFault[] = tags.map((warning) => ({ offset: warning.pos[0], ...TAG }));
  let fatal = false;
  let aliases = 0;
  let firstAlias = 0;
  const report = (node: unknown, fault: Fault, isFatal = false): void => {
    if (faults.length < MAX_FAULTS) faults.push({ offset: offsetOf(node), ...fault });
    fatal ||= isFatal;
  };
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if ("anchor" in node && typeof node.anchor === "string") anchors.add(node.anchor);
      if (isMap(node)) checkMap(node, report);
      if (isScalar(node)) {
        const fault = scalarFault(node.value);
        if (fault !== null) report(node, fault);
      }
    },
    Alias: (_, alias) => {
      aliases++;
      if (!isAlias(alias)) return;
      if (aliases === 1) firstAlias = offsetOf(alias);
      if (aliases === maxAliases + 1)
        report(alias, { message: `the file has more than ${maxAliases} aliases`, fix: "write the values out" }, true);
      if (!anchors.has(alias.source))
        report(
          alias,
          {
            message: `there is no anchor &${alias.source} above this alias`,
            fix: "set the anchor before it, or put the value in quotes",
          },
          true,
        );
    },
  });
  return { faults, fatal, firstAlias };
}
