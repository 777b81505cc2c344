/** Dialects whose requests and answers only pass, with several operations each. */
export type PassingName = "openai-images" | "openai-audio" | "openai-moderations" | "openai-files";

/** One operation of OpenAI's API that passes as it is to a provider that has it. */
export interface Operation {
  readonly dialect: PassingName;
  readonly method: "GET" | "POST" | "DELETE";
  /** After the base URL; `:id` stands for the id of a file. */
  readonly path: string;
  /** What a request must have; `null` for one that has no body, or is a file's. */
  readonly needed: string | null;
  /** The endpoint or alias that is meant where the API lets a request name no model; `null` where it must. */
  readonly unnamed: string | null;
  /**
   * What a good answer is: a document (or events, where they were asked for), anything but a web page, or bytes that
   * nobody looks into.
   */
  readonly answer: "document" | "any" | "bytes";
  /** Whether its answer is handed on as it comes though no stream was asked for: sound and files. */
  readonly flows: boolean;
  readonly unit: "image" | "second" | "character" | null;
}

const POST = { method: "POST", unnamed: null, flows: false, unit: null } as const;
const IMAGES = { ...POST, dialect: "openai-images", unnamed: "images", answer: "document", unit: "image" } as const;
const AUDIO = { ...POST, dialect: "openai-audio", answer: "any" } as const;
const FILES = { ...POST, dialect: "openai-files", needed: null, answer: "document" } as const;

/** The operations with a model. */
export const MODEL_OPERATIONS: readonly Operation[] = [
  { ...IMAGES, path: "/images/generations", needed: "prompt" },
  { ...IMAGES, path: "/images/edits", needed: "prompt" },
  { ...IMAGES, path: "/images/variations", needed: "image" },
  { ...AUDIO, path: "/audio/speech", needed: "input", flows: true, unit: "character" },
  { ...AUDIO, path: "/audio/transcriptions", needed: "file", unit: "second" },
  { ...AUDIO, path: "/audio/translations", needed: "file", unit: "second" },
  {
    ...POST,
    dialect: "openai-moderations",
    path: "/moderations",
    needed: "input",
    unnamed: "moderations",
    answer: "document",
  },
];

/** The operations on files, which have no model. */
export const FILE_OPERATIONS: readonly Operation[] = [
  { ...FILES, path: "/files" },
  { ...FILES, method: "GET", path: "/files" },
  { ...FILES, method: "GET", path: "/files/:id" },
  { ...FILES, method: "GET", path: "/files/:id/content", answer: "bytes", flows: true },
  { ...FILES, method: "DELETE", path: "/files/:id" },
];
