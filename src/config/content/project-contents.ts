import type { Prompt, Tool } from "../../domain/release/release.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { fileText } from "./file-text.ts";
import { type FileReading, readPromptFile } from "./prompt-file.ts";
import { resolveReference } from "./reference.ts";
import { readToolFile } from "./tool-file.ts";

/** What the files of a project hold, by the reference in rollward.yaml. Only readable ones are in it. */
export interface ProjectContents {
  readonly prompts: ReadonlyMap<string, Prompt>;
  readonly tools: ReadonlyMap<string, Tool>;
}

type Reader<T> = (file: string, text: string) => FileReading<T>;

/** Reads each file once, however often it is referred to. */
class Shelf<T> {
  readonly byReference = new Map<string, T>();
  readonly #findings: Findings;
  readonly #read: Reader<T>;
  readonly #readings = new Map<string, FileReading<T>>();

  constructor(findings: Findings, read: Reader<T>) {
    this.#findings = findings;
    this.#read = read;
  }

  /** Takes the file that the value at `path` of rollward.yaml refers to. */
  take(path: Path, reference: string): T | null {
    const resolved = resolveReference(this.#findings.bundle.main, reference);
    if (!("path" in resolved)) {
      this.#findings.atValue(path, resolved);
      return null;
    }
    const content = (this.#readings.get(resolved.path) ?? this.#open(path, resolved.path))?.content ?? null;
    if (content !== null) this.byReference.set(reference, content);
    return content;
  }

  #open(path: Path, file: string): FileReading<T> | null {
    const { bundle } = this.#findings;
    const raw = bundle.files.get(file);
    if (raw === undefined) {
      const reason = bundle.unreadable?.get(file);
      this.#findings.lacks(file);
      this.#findings.atValue(path, {
        message: `the file ${shown(file)} ${reason === undefined ? "is missing" : `cannot be read: ${reason}`}`,
        fix: "correct the path, which is relative to rollward.yaml, or the file",
      });
      return null;
    }
    const text = fileText(file, raw);
    const reading = "mistake" in text ? { content: null, mistakes: [text.mistake] } : this.#read(file, text.text);
    this.#findings.add(reading.mistakes);
    this.#readings.set(file, reading);
    return reading;
  }
}

/** Reads every prompt and tool file that the endpoints refer to and notes what is wrong with them. */
export function readContents(findings: Findings): ProjectContents {
  const prompts = new Shelf(findings, readPromptFile);
  const tools = new Shelf(findings, readToolFile);
  for (const [name, endpoint] of membersOf(memberOf(findings.yaml.value, "endpoints"))) {
    const path = ["endpoints", name];
    const prompt = memberOf(endpoint, "prompt");
    if (typeof prompt === "string") prompts.take([...path, "prompt"], prompt);
    const names = new Set<string>();
    for (const [index, reference] of textItems(memberOf(endpoint, "tools"))) {
      const tool = tools.take([...path, "tools", index], reference);
      if (tool === null) continue;
      if (names.has(tool.name)) {
        findings.atValue([...path, "tools", index], {
          message: `the endpoint already has a tool named ${shown(tool.name)}`,
          fix: "remove one of the two, or rename it",
        });
      }
      names.add(tool.name);
    }
  }
  return { prompts: prompts.byReference, tools: tools.byReference };
}
