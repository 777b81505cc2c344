import type { z } from "zod";
import type { ApiRoute } from "../../src/contract/route.ts";

/** What an address of the table answers with: `Answer<typeof listEndpoints>`. */
export type Answer<R extends ApiRoute> = z.output<R["answer"]>;

/** What an address of the table takes as its body. */
export type Body<R extends ApiRoute> = R["body"] extends z.ZodType ? z.input<R["body"]> : undefined;

/** Values of a query; `null`, `undefined` and "" are left out. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What the server said was wrong, in the words of its table of errors. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** What to do about it. */
  readonly help: string;
  readonly param: string | null;

  constructor({ status, code, message, help, param }: Omit<ApiError, "name" | "cause" | "stack">) {
    super(message);
    this.status = status;
    this.code = code;
    this.help = help;
    this.param = param;
  }
}

/** One request to the server. */
export interface ApiCall {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** As in the table, with its parameters filled in by `pathOf`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A path of the table with its parameters, each encoded: `pathOf("/api/rollouts/{rollout}", { rollout })`. */
export const pathOf = (path: string, params: Readonly<Record<string, string | number>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? "")));

/** A query as it stands in an address, with its question mark; "" when there is none. */
export function queryText(query: Query = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

/** Proof that the request was made by this page: no other origin can send it without asking first. */
const CONSOLE_HEADER = { "x-rollward-console": "1" };

/** Asks the server, signed in by the cookie; throws `ApiError`. */
export async function callApi(call: ApiCall): Promise<unknown> {
  const response = await answerOf(call);
  const text = await response.text();
  const value = readJson(text);
  if (response.ok) return value;
  throw faultIn(response.status, value);
}

async function answerOf({ method = "GET", path, query, body, signal }: ApiCall): Promise<Response> {
  try {
    return await fetch(`${path}${queryText(query)}`, {
      method,
      credentials: "same-origin",
      headers: { ...CONSOLE_HEADER, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({
      status: 0,
      code: "unreachable",
      message: "The server cannot be reached.",
      help: "Check that it runs and that this machine has a network; the page tries again by itself.",
      param: null,
    });
  }
}

function readJson(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

interface FaultBody {
  readonly error?: { readonly message?: string; readonly code?: string; readonly help?: string; param?: string | null };
}

function faultIn(status: number, value: unknown): ApiError {
  const { error } = (value ?? {}) as FaultBody;
  const help = error?.help ?? "Try again; if it stays, look at the server's log.";
  return new ApiError({
    status,
    code: error?.code ?? "unknown",
    // The wire's message ends with the help, for clients that show only that.
    message: error?.message?.replace(help, "").trim() ?? `The server answered with status ${status}.`,
    help,
    param: error?.param ?? null,
  });
}
