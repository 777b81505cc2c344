import type { z } from "zod";
import { errorBody } from "../contract/openapi.ts";
import type { ApiRoute } from "../contract/route.ts";

/** Where the server is and who asks. */
export interface Connection {
  readonly url: string;
  readonly key: string | null;
  /** The environment that is asked about; absent or `null` is the server's own. */
  readonly environment?: string | null;
  /** Whether it was named for this command, and not for all of them. */
  readonly isInsisted?: boolean;
}

/** What a route takes. */
export interface RouteInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** What the person wrote a field as, by its name on the wire: `{ against_hours_ago: "--against" }`. */
  readonly written?: Readonly<Record<string, string>>;
}

/** A failure that is told to the person in one line, with what to do. */
export class CliError extends Error {
  readonly help: string | null;
  /** Whether it may be over when the same is asked again: no server, or one that cannot answer now. */
  readonly mayPass: boolean;
  /** The server's code of the error; `null` for what went wrong here. */
  code: string | null = null;
  /** What the program ends with. */
  exitCode = 1;

  constructor(message: string, help: string | null = null, mayPass = false) {
    super(message);
    this.help = help;
    this.mayPass = mayPass;
  }
}

/** Asks one address of the admin API. Throws `CliError` with the server's own words. */
export async function ask<R extends ApiRoute>(
  connection: Connection,
  route: R,
  input: RouteInput = {},
): Promise<z.output<R["answer"]>> {
  const path = withEnvironment(pathOf(route, input), { route, connection });
  const response = await send(connection, { method: route.method, path, body: input.body });
  const text = await response.text();
  if (!response.ok) throw failure(response.status, text, input.written);
  return route.answer.parse(JSON.parse(text)) as z.output<R["answer"]>;
}

/** A path with the environment that is meant. Throws `CliError` where the address is about the whole server. */
function withEnvironment(
  path: string,
  { route, connection }: { readonly route: ApiRoute; readonly connection: Connection },
): string {
  const { environment = null, isInsisted = false } = connection;
  if (environment === null || (route.perEnvironment === false && !isInsisted)) return path;
  if (route.perEnvironment === false) {
    throw new CliError("This is about the whole server and not about one environment.", "Leave out `--environment`.");
  }
  return `${path}${path.includes("?") ? "&" : "?"}environment=${encodeURIComponent(environment)}`;
}

/** Sends a request with the key. Throws `CliError` where the address is none, and when nobody answers. */
export async function send(
  { url, key }: Connection,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<Response> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    const help = "Write it like http://127.0.0.1:4400, in ROLLWARD_URL or after --url.";
    throw new CliError(`${url} is no address of a server.`, help);
  }
  if (key === null) {
    throw new CliError(
      "No API key.",
      "Set ROLLWARD_API_KEY to an admin key; the first start of the server printed one.",
    );
  }
  const headers: Record<string, string> = { authorization: `Bearer ${key}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(new URL(path, url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    throw new CliError(
      `No server answers at ${url} (${reasonOf(error)}).`,
      "Start one with `npm start`, or set ROLLWARD_URL or --url to where it runs.",
      true,
    );
  }
}

/** The server's error as a failure, with the fields that are at fault called what the person wrote. */
export function failure(status: number, text: string, written: RouteInput["written"] = {}): CliError {
  const mayPass = status >= 500 || status === 429;
  try {
    const { error } = errorBody.parse(JSON.parse(text));
    if (error.code !== "invalid_request") {
      return Object.assign(new CliError(error.message, null, mayPass), { code: error.code });
    }
    // What helps the sender of a request speaks of a field that nobody here has sent by hand.
    const message = error.message.replace(error.help, "").trimEnd();
    const { param } = error;
    if (param === null || written[param] === undefined) return new CliError(message, null);
    const names = Object.entries(written);
    return new CliError(
      names.reduce((said, [name, flag]) => said.replaceAll(`\`${name}\``, () => flag), message),
      null,
    );
  } catch {
    return new CliError(
      `The server answered ${status} with something that is not an error of Rollward.`,
      text.slice(0, 200),
      mayPass,
    );
  }
}

function pathOf(route: ApiRoute, { params = {}, query = {} }: RouteInput): string {
  let path = route.path;
  for (const [name, value] of Object.entries(params)) path = path.replace(`{${name}}`, encodeURIComponent(value));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no connection";
};
