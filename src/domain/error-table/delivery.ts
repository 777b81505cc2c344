import type { ErrorRow } from "./row.ts";

/** Releases and rollouts. */
export const DELIVERY_ERRORS = {
  withdrawal_unrecorded: {
    status: 503,
    retryable: true,
    message:
      "{endpoint}: the candidate gets no more calls from this process, but the {command} is not recorded yet: {reason}",
    help: "This process goes on trying to record it. Repeat the command to see whether it is recorded. A restart before that keeps the withdrawal only with the embedded database.",
  },
  already_rolled_back: {
    status: 409,
    retryable: false,
    message:
      "{candidate} was rolled back by {by} {ago} ago, and {endpoint} is served by {stable}. Rolling back now would go one release further back.",
    help: "If that is what you want, say so: `rollward rollback {endpoint} --again`, or `again` in the request. `rollward rollout explain {endpoint}` tells why it was rolled back.",
  },
  freeze_not_found: {
    status: 404,
    retryable: false,
    message: "There is no freeze {freeze}.",
    help: "`rollward freezes --all` shows those that there are and were.",
  },
  approval_refused: {
    status: 403,
    retryable: false,
    message: "{reason}",
    help: "`rollward approvals list` shows what waits for an approval and whose. A key gets its roles when it is created: `rollward keys create --role`.",
  },
  flag_not_killed: {
    status: 409,
    retryable: false,
    message: "The flag {flag} is not killed.",
    help: "`rollward flags show {flag}` tells what it serves and who killed and restored it before.",
  },
  plan_unreachable: {
    status: 422,
    retryable: false,
    message: "The rollout of {endpoint} could never be promoted: it {reason}.",
    help: "docs/strategies.md says what each strategy rests on; `rollward diff` shows what a plan takes before it starts.",
  },
  preview_not_found: {
    status: 404,
    retryable: false,
    message: "{endpoint} has no release to preview by the name {wish}.",
    help: "The header `x-rollward-preview` takes the name or id of a release, or the id of a rollout, that is under way. Now: {known}.",
  },
  session_ended: {
    status: 410,
    retryable: false,
    message: "The session {session} is over: {release}, which it was held with, has been rolled back.",
    help: "Begin a new session. Plans say so with `sessions: { on_rollback: terminate }`.",
  },
  apply_conflict: {
    status: 409,
    retryable: true,
    message: "Another project is being applied by {by} since {since}; nothing of this one was applied.",
    help: "Apply again when it is done: both are applied whole, one after the other.",
  },
  apply_interrupted: {
    status: 409,
    retryable: true,
    message: "Applying took so long that another server went on in its place: {done} of {all} endpoints were applied.",
    help: "`rollward diff` shows what is missing; apply again.",
  },
  version_not_found: {
    status: 404,
    retryable: false,
    message: "There is no {kind} {version}.",
    help: "`rollward {kind}s list` shows all versions. Write one like support-bot/system@3, lookup_order@2 or openai/gpt-5@2025-08-07.",
  },
  backtest_impossible: {
    status: 409,
    retryable: false,
    message: "{candidate} cannot be compared with {baseline} on recorded sessions of {endpoint}: {reason}.",
    help: "A backtest needs sessions that {baseline} has answered and that were recorded with their bytes (`record: exact`, kept for `retain_bodies`); ask for a longer time with `--calls`, or name another release with `--against`.",
  },
  backtest_ended: {
    status: 409,
    retryable: false,
    message: "The backtest {backtest} has ended.",
    help: "`rollward backtest show {backtest}` tells how; run a new one with `rollward backtest <release>`.",
  },
  rollout_conflict: {
    status: 409,
    retryable: false,
    message: "{reason}",
    help: "`rollward rollout watch {endpoint}` shows where the rollout is.",
  },
  promotion_refused: {
    status: 409,
    retryable: false,
    message: "{endpoint} was not promoted. {reason}",
    help: "`rollward parity --from … --to …` shows what differs between two environments; docs/environments.md has the rules of promotion.",
  },
  release_damaged: {
    status: 400,
    retryable: false,
    message:
      "The release {release} is not what it was when it was exported: its digest is {is}, and it came with {said}.",
    help: "Export it again with `rollward releases export` and send the file as it is.",
  },
  drill_impossible: {
    status: 409,
    retryable: false,
    message: "The drill cannot be run: {reason}.",
    help: "docs/drill.md says what a drill rehearses and which plans it can rehearse.",
  },
  incident_not_found: {
    status: 404,
    retryable: false,
    message: "There is no incident {incident} in this environment.",
    help: "`rollward incidents list` shows those that there are.",
  },
  incident_conflict: {
    status: 409,
    retryable: false,
    message: "The incident {incident} was not changed: {reason}.",
    help: "`rollward incidents show {incident}` tells how it stands.",
  },
} as const satisfies Record<string, ErrorRow>;
