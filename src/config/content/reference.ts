import type { Fault } from "../source/mistakes.ts";

const MAX_LENGTH = 500;

/** Whether a path is not plain: anything that a file system could read as something else than a name below this directory. */
function referenceFault(reference: string): Fault | null {
  if (reference.length === 0 || reference.length > MAX_LENGTH)
    return {
      message: "expected the path of a file",
      fix: `write a path of at most ${MAX_LENGTH} characters, for example prompts/support.md`,
    };
  if (/[\\\0-\x1f\x7f]/.test(reference))
    return { message: "the path holds a backslash or a control character", fix: "separate directories with /" };
  if (/^[/~]|^[A-Za-z]:|:\/\//.test(reference))
    return {
      message: "the path is absolute",
      fix: "write it relative to rollward.yaml and keep the file in the project",
    };
  const segments = reference.split("/");
  if (segments.includes(".."))
    return {
      message: "the path leads out of the project",
      fix: "move the file into the project and write its path without ..",
    };
  if (segments.some((segment) => segment.startsWith(".") && segment !== "."))
    return {
      message: "the path leads to a hidden file",
      fix: "rename the file; hidden files often hold secrets and are not read",
    };
  if (segments.at(-1) === "" || segments.at(-1) === ".")
    return { message: "the path names a directory", fix: "name the file in it" };
  return null;
}

/** The path among the project's files that a reference in `main` means, or why it is refused. */
export function resolveReference(main: string, reference: string): { readonly path: string } | Fault {
  const fault = referenceFault(reference);
  if (fault !== null) return fault;
  const segments = [...main.split("/").slice(0, -1), ...reference.split("/")];
  return { path: segments.filter((segment, index) => segment !== "." && !(segment === "" && index > 0)).join("/") };
}
