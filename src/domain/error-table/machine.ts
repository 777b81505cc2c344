import type { ErrorRow } from "./row.ts";

/** The machine. */
export const MACHINE_ERRORS = {
  port_in_use: {
    status: 500,
    retryable: false,
    message: "The port {port} on {host} is in use.",
    help: "Stop the other program, or choose another port with `--port` or ROLLWARD_PORT.",
  },
  cannot_listen: {
    status: 500,
    retryable: false,
    message: "Nobody can listen on {host}, port {port}: {reason}.",
    help: "Name an address of this machine with `--host` or ROLLWARD_HOST (127.0.0.1 for this machine alone, 0.0.0.0 for whoever reaches it), and a port from 1024 on with `--port` or ROLLWARD_PORT.",
  },
  data_dir_in_use: {
    status: 500,
    retryable: false,
    message: "The data directory {dir} is in use by process {holder}.",
    help: "Use the server that runs there, or stop that process. For a second server name another directory with `--data-dir` and another port with `--port`, or let several share a database with DATABASE_URL.",
  },
  data_dir_unusable: {
    status: 500,
    retryable: false,
    message: "The data directory {dir} cannot be used: {reason}.",
    help: "Name a directory that this user may write to with `--data-dir` or ROLLWARD_DATA_DIR, or use a server with DATABASE_URL.",
  },
  node_too_old: {
    status: 500,
    retryable: false,
    message: "Rollward needs Node 24 or later; this is {version}.",
    help: "Start it with `npm start`, which brings its own Node.",
  },
  environment_unserved: {
    status: 503,
    retryable: true,
    message: "This server does not serve the environment {environment} at the moment.",
    help: "Its project could not be taken over here, for example because a secret is missing; the server's log says why. Other servers of the same database may serve it.",
  },
  database_unavailable: {
    status: 503,
    retryable: true,
    message: "The database does not answer: {reason}.",
    help: "Calls go on from the last known state; check DATABASE_URL or the disk.",
  },
  database_needed: {
    status: 500,
    retryable: true,
    message: "Rollward could not start, because its database cannot be used: {reason}.",
    help: "Nothing is served. See that the database runs and that DATABASE_URL is right (without it: the disk of the data directory), and start again. A start does not wait for its database; a server that is up outlasts one that is away.",
  },
  database_too_new: {
    status: 500,
    retryable: false,
    message: "A newer Rollward has written the database: its schema is {found}, this program knows {known}.",
    help: "Start that version again, or restore a backup from before the upgrade.",
  },
  server_stopped: {
    status: 503,
    retryable: true,
    message: "This server was stopped before the call had ended.",
    help: "Send the request again: another server answers it, or this one once it is up again. Calls have 30 s to end when a server is stopped.",
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
