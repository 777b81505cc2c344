import type { StrategyName } from "../plan.ts";
import { ab } from "./ab.ts";
import { blueGreen } from "./blue-green.ts";
import { canary } from "./canary.ts";
import { dark } from "./dark.ts";
import { flag } from "./flag.ts";
import { instant } from "./instant.ts";
import { shadow } from "./shadow.ts";
import type { Strategy } from "./strategy.ts";

/** Every rollout strategy: one file and one line each. */
export const STRATEGIES = {
  canary,
  blue_green: blueGreen,
  shadow,
  ab,
  flag,
  dark,
  instant,
} satisfies Record<StrategyName, Strategy>;
