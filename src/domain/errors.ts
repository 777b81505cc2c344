/** One row of the error table. `status` is the HTTP status an edge answers with. */
interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
  readonly help: string;
}

/**
 * Every error a user can meet: what happened (`message`, with `{placeholders}`) and what to do (`help`).
 * `docs/errors.md` is generated from this table.
 */
export const ERRORS = {
  // Who is asking
  key_missing: {
    status: 401,
    retryable: false,
    message: "The request carries no API key.",
    help: "Send `Authorization: Bearer <key>`. Create a key with `rollward keys create`.",
  },
  key_unknown: {
    status: 401,
    retryable: false,
    message: "The API key is not known here.",
    help: "Check for a typing error or a key of another server; `rollward keys list` shows the prefixes that exist.",
  },
  key_mistyped: {
    status: 401,
    retryable: false,
    message: "The API key is mistyped: its check digits do not fit the rest.",
    help: "Copy the whole key again from where it was kept; no key that was ever made here reads like this.",
  },
  key_expired: {
    status: 401,
    retryable: false,
    message: "The API key {prefix} expired at {expiredAt}.",
    help: "Create a new key with `rollward keys create` and replace it in the application.",
  },
  key_revoked: {
    status: 401,
    retryable: false,
    message: "The API key {prefix} was revoked.",
    help: "Create a new key with `rollward keys create`.",
  },
  ambiguous_credentials: {
    status: 401,
    retryable: false,
    message: "The request carries more than one credential.",
    help: "Send exactly one `Authorization` header and no other credential.",
  },
  forbidden: {
    status: 403,
    retryable: false,
    message: "The API key {prefix} may not {action}.",
    help: "Use a key with the scope {scope}; `rollward keys list` shows the scopes of each key.",
  },
  // What is asked
  malformed_json: {
    status: 400,
    retryable: false,
    message: "The body is not valid JSON: {reason} at byte {offset}.",
    help: "Send one JSON document in UTF-8, without a byte order mark and without duplicate keys.",
  },
  invalid_request: {
    status: 400,
    retryable: false,
    message: "{reason}",
    help: "Correct the field named in `param` and send the request again.",
  },
  body_too_large: {
    status: 413,
    retryable: false,
    message: "The body has more than {limitBytes} bytes.",
    help: "Send a smaller body, or raise `limits.body_bytes` in rollward.yaml and apply it.",
  },
  unsupported_encoding: {
    status: 415,
    retryable: false,
    message: "The request body has the content encoding {encoding}.",
    help: "Send the body uncompressed.",
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    message: "The request has the content type {type}.",
    help: "Send `Content-Type: application/json`.",
  },
  malformed_http: {
    status: 400,
    retryable: false,
    message: "The HTTP request is not acceptable: {reason}.",
    help: "Send a plain HTTP/1.1 request with one Host header.",
  },
  route_not_found: {
    status: 404,
    retryable: false,
    message: "There is nothing at {method} {path}.",
    help: "`GET /api/openapi.json` lists every address; the base URL of an OpenAI SDK ends in `/v1`.",
  },
  endpoint_not_found: {
    status: 404,
    retryable: false,
    message: "There is no endpoint named {endpoint}.",
    help: "Existing endpoints: {known}. `GET /v1/models` lists what this key may call.",
  },
  model_not_found: {
    status: 404,
    retryable: false,
    message: "The model {model} is not configured.",
    help: "Configured under that provider: {known}. Add it to `providers` in rollward.yaml.",
  },
  release_not_found: {
    status: 404,
    retryable: false,
    message: "There is no release {release}.",
    help: "`rollward releases list <endpoint>` shows the releases that exist.",
  },
  rollout_not_found: {
    status: 404,
    retryable: false,
    message: "There is no rollout {rollout}.",
    help: "`GET /api/rollouts` lists them.",
  },
  call_not_found: {
    status: 404,
    retryable: false,
    message: "There is no recorded call {call}.",
    help: "Records expire; `rollward calls list` shows what is kept.",
  },
  response_not_found: {
    status: 404,
    retryable: false,
    message: "There is no response {response}.",
    help: "Responses are kept for 30 days unless `store` is false, for the key that made them.",
  },
  previous_response_not_found: {
    status: 400,
    retryable: false,
    message: "There is no previous response {response}.",
    help: "Responses are kept for 30 days unless `store` is false, for the key that made them; send the conversation in `input`.",
  },
  key_not_found: {
    status: 404,
    retryable: false,
    message: "There is no key {key}.",
    help: "`rollward keys list` shows the keys that exist.",
  },
  variable_missing: {
    status: 400,
    retryable: false,
    message: "The prompt of {endpoint} needs the variable {variable}.",
    help: "Send it in `variables` or `metadata` of the request: {declared}.",
  },
  field_owned_by_release: {
    status: 400,
    retryable: false,
    message: "The field {field} is set by the release {release} and cannot be sent as well.",
    help: "Leave it out of the request, or take it out of the release.",
  },
  untranslatable: {
    status: 400,
    retryable: false,
    message: "The field {field} cannot be sent to the provider {provider}.",
    help: "Leave the field out, or use a provider that speaks the dialect of the request.",
  },
  // Load
  overloaded: {
    status: 503,
    retryable: true,
    message: "This server has {inFlight} calls in flight, its limit.",
    help: "Try again shortly, or raise `limits.in_flight` in rollward.yaml.",
  },
  bodies_full: {
    status: 503,
    retryable: true,
    message: "The request bodies that are arriving at this server have reached {limitBytes} bytes, its limit.",
    help: "Try again shortly; bodies of up to 16 KiB are always taken.",
  },
  // What the provider did
  provider_unreachable: {
    status: 502,
    retryable: true,
    message: "The provider {provider} could not be reached: {reason}.",
    help: "Check `base_url` and the network; the call's attempts are in `rollward calls show {call}`.",
  },
  provider_timeout: {
    status: 504,
    retryable: true,
    message: "The provider {provider} did not answer in time: {phase} took more than {limitMs} ms.",
    help: "Raise `timeouts` in the endpoint's policies, or add a fallback model to the release.",
  },
  provider_rate_limited: {
    status: 429,
    retryable: true,
    message: "The provider {provider} answered 429 (rate limited).",
    help: "Wait as `Retry-After` says, or add a fallback model to the release.",
  },
  provider_error: {
    status: 502,
    retryable: true,
    message: "The provider {provider} answered {status}.",
    help: "The provider's own answer is in `rollward calls show {call}`.",
  },
  provider_refused_request: {
    status: 400,
    retryable: false,
    message: "The provider {provider} refused the request: {reason}",
    help: "The provider's own answer is in `rollward calls show {call}`.",
  },
  provider_context_overflow: {
    status: 400,
    retryable: false,
    message: "The request is too long for the model at the provider {provider}: {reason}",
    help: "Send less, or name models with a larger context in `fallbacks.context_overflow` of the endpoint.",
  },
  provider_content_policy: {
    status: 400,
    retryable: false,
    message: "The provider {provider} refused the content: {reason}",
    help: "Nobody else was asked. A release that wants otherwise names models in `fallbacks.content_policy`.",
  },
  provider_unavailable: {
    status: 503,
    retryable: true,
    message: "The model {model} at the provider {provider} has failed repeatedly and is not asked at the moment.",
    help: "It is probed until it answers; a fallback model in the release would have stepped in.",
  },
  provider_credentials: {
    status: 502,
    retryable: false,
    message: "The provider {provider} refused our credentials (status {status}).",
    help: "Check the environment variable {variable} on the server.",
  },
  provider_bad_answer: {
    status: 502,
    retryable: true,
    message: "The provider {provider} answered with something that is not a completion: {reason}.",
    help: "Check that `base_url` points at an API and not at a web page.",
  },
  provider_cut: {
    status: 502,
    retryable: true,
    message: "The answer of the provider {provider} ended before it was complete: {reason}.",
    help: "What has arrived is incomplete; send the request again.",
  },
  answer_too_large: {
    status: 502,
    retryable: false,
    message: "The answer of the provider {provider} has more than {limitBytes} bytes.",
    help: "Lower `max_tokens`, or raise `limits.answer_bytes` in rollward.yaml.",
  },
  // Releases and rollouts
  withdrawal_unrecorded: {
    status: 503,
    retryable: true,
    message:
      "{endpoint}: the candidate gets no more calls from this process, but the {command} is not recorded yet: {reason}",
    help: "This process goes on trying to record it. Repeat the command to see whether it is recorded. A restart before that keeps the withdrawal only with the embedded database.",
  },
  rollout_conflict: {
    status: 409,
    retryable: false,
    message: "{reason}",
    help: "`rollward rollout watch {endpoint}` shows where the rollout is.",
  },
  // The machine
  port_in_use: {
    status: 500,
    retryable: false,
    message: "The port {port} on {host} is in use.",
    help: "Stop the other program, or choose another port with `--port` or ROLLWARD_PORT.",
  },
  data_dir_in_use: {
    status: 500,
    retryable: false,
    message: "The data directory {dir} is in use by process {pid}.",
    help: "Stop that process, choose another directory with `--data-dir`, or use a server with DATABASE_URL.",
  },
  node_too_old: {
    status: 500,
    retryable: false,
    message: "Rollward needs Node 24 or later; this is {version}.",
    help: "Start it with `npm start`, which brings its own Node.",
  },
  database_unavailable: {
    status: 503,
    retryable: true,
    message: "The database does not answer: {reason}.",
    help: "Calls go on from the last known state; check DATABASE_URL or the disk.",
  },
  database_too_new: {
    status: 500,
    retryable: false,
    message: "A newer Rollward has written the database: its schema is {found}, this program knows {known}.",
    help: "Start that version again, or restore a backup from before the upgrade.",
  },
  not_ready: {
    status: 503,
    retryable: true,
    message: "This server is not ready: {reason}.",
    help: "Wait for `/readyz` to answer 200.",
  },
  internal: {
    status: 500,
    retryable: false,
    message: "An unexpected fault of Rollward's own.",
    help: "Report it with the id {id}; the server's log has the details.",
  },
} as const satisfies Record<string, ErrorRow>;

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

/** Values for the `{placeholders}` of a message and its help. */
export type ErrorDetails = Readonly<Record<string, string | number | null>>;

const fill = (text: string, details: ErrorDetails): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? "?"));

/** The one error class. An edge turns it into the error body of the client's dialect. */
export class RollwardError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly help: string;
  readonly details: ErrorDetails;

  /** `details` fill the placeholders; `param` in them names the request field at fault; `cause` is kept for logs. */
  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    const row: ErrorRow = ERRORS[code];
    super(fill(row.message, details), cause === undefined ? undefined : { cause });
    this.name = "RollwardError";
    this.code = code;
    this.status = row.status;
    this.retryable = row.retryable;
    this.help = fill(row.help, details);
    this.details = details;
  }

  /** Any thrown value as one of ours: what is not becomes `internal` with the cause kept. */
  static from(thrown: unknown): RollwardError {
    return thrown instanceof RollwardError ? thrown : new RollwardError("internal", {}, thrown);
  }
}
