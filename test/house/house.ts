import { errorTable } from "./error-table.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import type { Exception } from "./exceptions.ts";
import { consoleImports, importMatrix } from "./import-matrix.ts";
import { naming } from "./naming.ts";
import { purity } from "./purity.ts";
import { fileSize, functionSize, noBarrel, noDefaultExport, portSize, syntax } from "./shape.ts";
import { parseFiles } from "./source-file.ts";
import type { FileMap, Rule, Violation } from "./source-file.ts";
import { testNames } from "./test-names.ts";
import { glossaryInCode, glossaryInDocs, noMachineWords } from "./words.ts";

const RULES: readonly Rule[] = [
  syntax,
  importMatrix,
  consoleImports,
  purity,
  fileSize,
  functionSize,
  noDefaultExport,
  noBarrel,
  portSize,
  naming,
  testNames,
  glossaryInCode,
];

function withoutExceptions(found: readonly Violation[], exceptions: readonly Exception[]): readonly Violation[] {
  const matches = (exception: Exception, { file, rule }: Violation) =>
    exception.file === file && exception.rule === rule;
  const stale = exceptions.filter((exception) => !found.some((each) => matches(exception, each)));
  return [
    ...found.filter((each) => !exceptions.some((exception) => matches(exception, each))),
    ...stale.map(({ file, rule }) => ({
      file,
      line: 1,
      rule,
      message: "listed in exceptions.ts but no longer broken",
    })),
  ];
}

/** Everything in a tree that breaks a house rule, ordered by file and line. */
export function inspectHouse(texts: FileMap, exceptions: readonly Exception[] = EXCEPTIONS): readonly Violation[] {
  const files = parseFiles(texts);
  const found = [
    ...RULES.flatMap((rule) => rule(files)),
    ...errorTable(files, texts),
    ...noMachineWords(texts),
    ...glossaryInDocs(texts),
  ];
  return withoutExceptions(found, exceptions).toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** The violations as one list for people: a heading per file, a line per violation. */
export function describeViolations(violations: readonly Violation[]): string {
  const byFile = Map.groupBy(violations, ({ file }) => file);
  const blocks = [...byFile].map(([file, each]) =>
    [file, ...each.map(({ line, rule, message }) => `  ${String(line).padStart(4)}  ${rule.padEnd(8)}${message}`)].join(
      "\n",
    ),
  );
  return `${violations.length} violation(s) of the house rules in ${byFile.size} file(s)\n\n${blocks.join("\n")}`;
}
