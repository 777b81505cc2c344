import { foundation } from "./0001-foundation.ts";
import { responses } from "./0002-responses.ts";
import { replicas } from "./0003-replicas.ts";
import { budgets } from "./0004-budgets.ts";
import { pauses } from "./0005-pauses.ts";
import { spend } from "./0006-spend.ts";
import { meanings } from "./0007-meanings.ts";
import { callPacks } from "./0008-call-packs.ts";
import { pauseRules } from "./0009-pause-rules.ts";
import { cacheSavings } from "./0010-cache-savings.ts";
import { feedback } from "./0011-feedback.ts";
import { environments } from "./0012-environments.ts";
import { backtests } from "./0013-backtests.ts";
import { flags } from "./0014-flags.ts";
import { gates } from "./0015-gates.ts";
import { shadowPairs } from "./0016-shadow-pairs.ts";
import { registry } from "./0017-registry.ts";
import { serverKeys } from "./0018-server-keys.ts";
import { series } from "./0019-series.ts";
import { traceSpans } from "./0020-trace-spans.ts";
import { alerts } from "./0021-alerts.ts";
import { incidents } from "./0022-incidents.ts";
import { callIndex } from "./0023-call-index.ts";
import { consoleSessions } from "./0024-console-sessions.ts";
import { seriesDays } from "./0025-series-days.ts";
import { listedFacts } from "./0026-listed-facts.ts";
import { responseItems } from "./0027-response-items.ts";
import { toldThresholds } from "./0028-told-thresholds.ts";

/** One step of the schema; `statements` run in one transaction with its record. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: string;
}

/** In order; a step that was published is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "foundation", statements: foundation },
  { number: 2, name: "responses", statements: responses },
  { number: 3, name: "replicas", statements: replicas },
  { number: 4, name: "budgets", statements: budgets },
  { number: 5, name: "pauses", statements: pauses },
  { number: 6, name: "spend", statements: spend },
  { number: 7, name: "meanings", statements: meanings },
  { number: 8, name: "call-packs", statements: callPacks },
  { number: 9, name: "pause-rules", statements: pauseRules },
  { number: 10, name: "cache-savings", statements: cacheSavings },
  { number: 11, name: "feedback", statements: feedback },
  { number: 12, name: "environments", statements: environments },
  { number: 13, name: "backtests", statements: backtests },
  { number: 14, name: "flags", statements: flags },
  { number: 15, name: "gates", statements: gates },
  { number: 16, name: "shadow-pairs", statements: shadowPairs },
  { number: 17, name: "registry", statements: registry },
  { number: 18, name: "server-keys", statements: serverKeys },
  { number: 19, name: "series", statements: series },
  { number: 20, name: "trace-spans", statements: traceSpans },
  { number: 21, name: "alerts", statements: alerts },
  { number: 22, name: "incidents", statements: incidents },
  { number: 23, name: "call-index", statements: callIndex },
  { number: 24, name: "console-sessions", statements: consoleSessions },
  { number: 25, name: "series-days", statements: seriesDays },
  { number: 26, name: "listed-facts", statements: listedFacts },
  { number: 27, name: "response-items", statements: responseItems },
  { number: 28, name: "told-thresholds", statements: toldThresholds },
];
