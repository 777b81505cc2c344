import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import type { Import } from "./imports.ts";
import { isConsole, isProduct, isTest } from "./source-file.ts";
import type { SourceFile, Violation } from "./source-file.ts";

interface Room {
  /** Other folders of src that it may import. */
  readonly rooms: readonly string[];
  /** Built-in modules of Node, without `node:`; "any" for all. */
  readonly node: "any" | readonly string[];
  /** Packages from npm; "any" for all. */
  readonly npm: "any" | readonly string[];
}

const INNER = ["ports", "domain", "kit"];

/** Who may import what. What is not named here is forbidden. */
const ROOMS: Readonly<Record<string, Room>> = {
  kit: { rooms: [], node: "any", npm: [] },
  domain: { rooms: ["kit"], node: [], npm: ["mustache", "re2js", "@stdlib/math-base-special-betaln"] },
  ports: { rooms: ["domain"], node: [], npm: [] },
  evals: { rooms: INNER, node: [], npm: [] },
  gateway: { rooms: INNER, node: [], npm: [] },
  delivery: { rooms: ["evals", ...INNER], node: [], npm: [] },
  jobs: { rooms: ["gateway", "delivery", "evals", ...INNER], node: "any", npm: "any" },
  adapters: { rooms: INNER, node: "any", npm: "any" },
  contract: { rooms: ["domain", "kit"], node: [], npm: ["zod"] },
  config: { rooms: ["contract", "domain", "kit"], node: "any", npm: "any" },
  cli: { rooms: ["contract", "kit"], node: "any", npm: "any" },
  http: {
    rooms: ["jobs", "gateway", "delivery", "evals", "contract", ...INNER],
    node: "any",
    npm: "any",
  },
};

/** Rooms from which another may only take types, because its own importers must stay free of code. */
const TYPES_ONLY: ReadonlySet<string> = new Set(["contract → domain"]);

/** The composition root: the file and the folder of the same name may import everything in src. */
const roomOf = (path: string): string => path.split("/")[1]?.replace(/\.ts$/, "") ?? "";

/** Adapters never know their neighbours: one neighbour per folder, and in `stores` one per kind of store. */
function neighbourOf(path: string): string {
  const [, , folder = "", store = ""] = path.split("/");
  return folder === "stores" ? `stores/${store}` : folder;
}

const allows = (list: "any" | readonly string[], name: string): boolean => list === "any" || list.includes(name);

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function externalFault(from: string, specifier: string): string | null {
  const room = ROOMS[from];
  if (/^[./#]|^file:|^data:/.test(specifier)) return "write a relative path that starts with ./ or ../";
  if (specifier.startsWith("node:")) {
    const allowed = room === undefined || allows(room.node, specifier.slice("node:".length));
    return allowed ? null : `${from} is pure and may not import this module of Node`;
  }
  if (isBuiltin(specifier)) return `write node:${specifier}`;
  const allowed = room === undefined || allows(room.npm, packageOf(specifier));
  return allowed ? null : `${from} may not import this package`;
}

function internalFault(path: string, target: string, { typeOnly, isAddress }: Import): string | null {
  const [from, to] = [roomOf(path), roomOf(target)];
  // Another process may be started from anywhere; code is only taken from src.
  if (!target.startsWith("src/")) return isAddress ? null : "src never imports what lies outside of it";
  if (isTest(target)) return "a test is imported by nobody";
  if (from === "main") return null;
  if (from === "adapters" && to === "adapters" && neighbourOf(path) !== neighbourOf(target)) {
    return `adapters/${neighbourOf(path)} and adapters/${neighbourOf(target)} are neighbours and never import one another`;
  }
  if (from === to) return null;
  if (ROOMS[from]?.rooms.includes(to) !== true) return `${from} may import only: ${ROOMS[from]?.rooms.join(" ")}`;
  if (TYPES_ONLY.has(`${from} → ${to}`) && !typeOnly) return `${from} may import only types from ${to}`;
  return null;
}

/** The console is loaded by browsers: packages of its own, and of the program nothing but the types of what goes over the wire. */
function consoleFault(path: string, { specifier, typeOnly }: Import): string | null {
  if (specifier === null) return "a computed import cannot be checked; write the path out";
  if (!/^\.\.?\//.test(specifier)) {
    return specifier.startsWith("node:") || isBuiltin(specifier) ? "the console runs in browsers" : null;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith("console/")) return isTest(target) ? "a test is imported by nobody" : null;
  if (!target.startsWith("src/contract/")) return "the console imports only console and src/contract";
  return typeOnly ? null : "the console imports only types from src/contract";
}

/** Imports of the console that it may not have. */
export function consoleImports(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => isConsole(file.path) && !isTest(file.path))
    .flatMap((file) =>
      importsOf(file).flatMap((each) => {
        const fault = consoleFault(file.path, each);
        const message = `${each.specifier ?? "import(…)"}: ${fault ?? ""}`;
        return fault === null ? [] : [{ file: file.path, line: each.line, rule: "imports", message }];
      }),
    );
}

function faultOf(path: string, found: Import): string | null {
  const { specifier } = found;
  if (specifier === null) return "a computed import cannot be checked; write the path out";
  if (!/^\.\.?\//.test(specifier)) return externalFault(roomOf(path), specifier);
  return internalFault(path, posix.join(posix.dirname(path), specifier), found);
}

/** The walls of the house: who imports whom, denied unless allowed. Tests may import anything. */
export function importMatrix(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter((file) => isProduct(file.path))
    .flatMap((file) => {
      const violation = (line: number, message: string) => ({ file: file.path, line, rule: "imports", message });
      const isKnown = roomOf(file.path) === "main" || ROOMS[roomOf(file.path)] !== undefined;
      if (!isKnown) return [violation(1, `src/${roomOf(file.path)} is not a room of the house; see import-matrix.ts`)];
      return importsOf(file).flatMap((each) => {
        const fault = faultOf(file.path, each);
        return fault === null ? [] : [violation(each.line, `${each.specifier ?? "import(…)"}: ${fault}`)];
      });
    });
}
