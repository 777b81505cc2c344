import type { Node } from "oxc-parser";
import { isProduct, violationAt, walk } from "./source-file.ts";
import type { FileMap, SourceFile, Violation } from "./source-file.ts";

/** Written in parts, so that this file does not name what it forbids. */
const HOSTS = [
  ["registry", "npmjs", "org"],
  ["registry", "yarnpkg", "com"],
  ["npm", "pkg", "github", "com"],
  ["pypi", "org"],
  ["files", "pythonhosted", "org"],
  ["static", "crates", "io"],
  ["proxy", "golang", "org"],
  ["deb", "debian", "org"],
  ["repo1", "maven", "org"],
].map((parts) => parts.join("."));

/** Folders that exist only on somebody's machine. */
const MACHINE_PATH = new RegExp(`(^|[\\s"'\`(=:])/(${["work", "root", "home", "Users"].join("|")})/[\\w.-]`);

/** A word that is not ours, and the word of the glossary. Only in text for people: strings of `cli`, and docs. */
const PEOPLE_WORDS: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/non-inferior/i, "say “no worse” to people"],
  [/canary (release|arm|version|group|sessions?|model|traffic)\b/i, "say candidate; canary is a strategy"],
];

/** Names in code that use a strategy's name for an arm. */
const CANARY_NAME = /canary_?(release|arm|version|group|session|model|traffic|weight)/i;

function lineFaults(file: string, text: string, fault: (line: string) => string | null): readonly Violation[] {
  return text.split("\n").flatMap((line, index) => {
    const message = fault(line);
    return message === null ? [] : [{ file, line: index + 1, rule: "words", message }];
  });
}

/** Nothing in the tree names a package registry's host or a path of the machine it was written on. */
export function noMachineWords(files: FileMap): readonly Violation[] {
  return Object.entries(files).flatMap(([path, text]) =>
    lineFaults(path, text, (line) => {
      const host = HOSTS.find((each) => line.includes(each));
      if (host !== undefined) return `names the host of a registry (${host})`;
      return MACHINE_PATH.test(line) ? "names a path of one machine" : null;
    }),
  );
}

const peopleFault = (text: string): string | null => PEOPLE_WORDS.find(([wrong]) => wrong.test(text))?.[1] ?? null;

/** Prose speaks the words of the glossary; a line that explains a term of art says both words. */
export function glossaryInDocs(files: FileMap): readonly Violation[] {
  const prose = Object.entries(files).filter(([path]) =>
    /^(docs\/.*|README|ARCHITECTURE|CONTRIBUTING)\.md$/.test(path),
  );
  return prose.flatMap(([path, text]) =>
    lineFaults(path, text, (line) => (line.includes("no worse") ? null : peopleFault(line))),
  );
}

function textOf(node: Node): string | null {
  if (node.type === "TemplateElement") return node.value.raw;
  return node.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

/** Code speaks the words of the glossary: names everywhere, and sentences where people read them. */
export function glossaryInCode(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => isProduct(file.path))
    .flatMap((file) => {
      const violations: Violation[] = [];
      walk(file.program, (node) => {
        const violation = violationAt(file, node, "words");
        if (node.type === "Identifier" && CANARY_NAME.test(node.name)) {
          violations.push(violation(`${node.name}: say candidate; canary is a strategy`));
        }
        const text = file.path.startsWith("src/cli/") ? textOf(node) : null;
        // A value of the wire, compared with or chosen by, is one word; a sentence has more.
        const fault = text !== null && text.includes(" ") ? peopleFault(text) : null;
        if (fault !== null) violations.push(violation(fault));
      });
      return violations;
    });
}
