import type { Dashboard } from "./dashboard.ts";
import { ITSELF } from "./dashboards/itself.ts";
import { MONEY } from "./dashboards/money.ts";
import { OVERVIEW } from "./dashboards/overview.ts";
import { PROVIDERS } from "./dashboards/providers.ts";
import { ROLLOUTS } from "./dashboards/rollouts.ts";

/** Every dashboard of deploy/grafana. */
export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, ROLLOUTS, MONEY, PROVIDERS, ITSELF];
