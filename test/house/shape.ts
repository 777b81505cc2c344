import type { Function as FunctionNode, Node } from "oxc-parser";
import { isProduct, isTest, violationAt, walk } from "./source-file.ts";
import type { Place, Rule, SourceFile, Violation } from "./source-file.ts";

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 3;
const MAX_PORT_METHODS = 8;

const perFile =
  (check: (file: SourceFile) => readonly Violation[], applies: (path: string) => boolean = () => true): Rule =>
  (files) =>
    files.filter((file) => applies(file.path)).flatMap(check);

/** Every file can be parsed; what cannot is not looked at by any other rule. */
export const syntax = perFile(({ path, syntaxError }) =>
  syntaxError === null ? [] : [{ file: path, line: 1, rule: "syntax", message: syntaxError }],
);

/** No file has more than 400 lines. */
export const fileSize = perFile((file) => {
  const lines = file.text.trimEnd().split("\n").length;
  if (lines <= MAX_FILE_LINES) return [];
  return [{ file: file.path, line: 1, rule: "size", message: `${lines} lines; at most ${MAX_FILE_LINES}` }];
});

const isDescribe = (node: Node): boolean =>
  (node.type === "Identifier" && node.name.startsWith("describe")) ||
  (node.type === "MemberExpression" && isDescribe(node.object)) ||
  (node.type === "CallExpression" && isDescribe(node.callee));

/** The body of a `describe` is a list of tests and may be as long as its file. */
const isTestList = (file: SourceFile, { parent }: Place): boolean =>
  isTest(file.path) && parent?.type === "CallExpression" && isDescribe(parent.callee);

type AnyFunction = FunctionNode | Extract<Node, { type: "ArrowFunctionExpression" }>;

const isFunction = (node: Node): node is AnyFunction =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

function nameOf(node: AnyFunction, { parent }: Place): string {
  if (node.id?.name !== undefined) return node.id.name;
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
  const key = parent !== null && "key" in parent ? parent.key : null;
  return key?.type === "Identifier" ? key.name : "a function";
}

/** No function has more than 60 lines or more than three parameters. */
export const functionSize = perFile((file) => {
  const violations: Violation[] = [];
  walk(file.program, (node, place) => {
    if (!isFunction(node)) return;
    const violation = violationAt(file, node, "size");
    const lines = file.text.slice(node.start, node.end).split("\n").length;
    if (lines > MAX_FUNCTION_LINES && !isTestList(file, place)) {
      violations.push(violation(`${nameOf(node, place)} has ${lines} lines; at most ${MAX_FUNCTION_LINES}`));
    }
    if (node.params.length > MAX_PARAMETERS) {
      violations.push(violation(`${nameOf(node, place)} takes ${node.params.length} parameters; pass one object`));
    }
  });
  return violations;
});

/** Tools that load a file by its default export. */
const DEFAULT_EXPORT_WANTED = /(^|\/)[\w-]+\.config\.ts$|^scripts\/summary-reporter\.ts$/;

/** Named exports only. */
export const noDefaultExport = perFile(
  (file) =>
    file.program.body.flatMap((node) => {
      const isDefault =
        node.type === "ExportDefaultDeclaration" ||
        (node.type === "ExportNamedDeclaration" &&
          node.specifiers.some(({ exported }) => exported.type === "Identifier" && exported.name === "default"));
      return isDefault ? [violationAt(file, node, "exports")("a default export; give it a name")] : [];
    }),
  (path) => !DEFAULT_EXPORT_WANTED.test(path),
);

/** A file exports what is its own; only a registry `index.ts` may hand on what others made. */
export const noBarrel = perFile(
  (file) =>
    file.program.body.flatMap((node) => {
      const handsOn =
        node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && node.source !== null);
      const isRegistry = file.path.endsWith("/index.ts") && node.type !== "ExportAllDeclaration";
      const message = "a re-export; let the importer name the file itself";
      return handsOn && !isRegistry ? [violationAt(file, node, "exports")(message)] : [];
    }),
  (path) => path.startsWith("src/"),
);

const isMethod = (node: Node): boolean =>
  node.type === "TSMethodSignature" ||
  (node.type === "TSPropertySignature" && node.typeAnnotation?.typeAnnotation.type === "TSFunctionType");

/** A socket in the wall has few pins: no interface of a port has more than eight methods. */
export const portSize = perFile(
  (file) => {
    const violations: Violation[] = [];
    walk(file.program, (node) => {
      if (node.type !== "TSInterfaceDeclaration") return;
      const methods = node.body.body.filter(isMethod).length;
      if (methods <= MAX_PORT_METHODS) return;
      const message = `${node.id.name} has ${methods} methods; a port has at most ${MAX_PORT_METHODS}`;
      violations.push(violationAt(file, node, "ports")(message));
    });
    return violations;
  },
  (path) => isProduct(path) && path.startsWith("src/ports/"),
);
