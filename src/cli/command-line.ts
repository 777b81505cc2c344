import type { Command } from "commander";
import type { Connection } from "./ask.ts";

/** What every command gets: where to ask, how to write, and whether people or programs read. */
export interface CommandLine {
  readonly connection: () => Connection;
  /** Variables of the process: where the server is, and what a CI says of the commit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line for people. */
  readonly say: (text: string) => void;
  /** Writes a warning where it stands in the way of nobody who reads the answer. */
  readonly warn: (text: string) => void;
  /** Whether to answer with JSON instead. */
  readonly json: () => boolean;
  /** Ends the program with this code when all is done. */
  readonly exitWith: (code: number) => void;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, line: CommandLine) => void;
