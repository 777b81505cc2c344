import { VERSION } from "../contract/version.ts";
import type { ConsoleSessions } from "../http/console/console-sessions.ts";
import type { LiveHub } from "../http/live/live-hub.ts";
import { DIALECTS } from "../http/dialects/index.ts";
import { createMemoryFlagSwitches } from "../adapters/flags/memory-flag-switches.ts";
import { createMemoryKeyRing } from "../adapters/keys/memory-key-ring.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import { createJournalWriter } from "../adapters/recorders/journal-writer.ts";
import { createObservedRecorder } from "../adapters/recorders/observed-recorder.ts";
import { createResponseKeeper } from "../adapters/recorders/response-keeper.ts";
import { createQueueRecorder } from "../adapters/recorders/queue-recorder.ts";
import { createRouteTable } from "../adapters/routes/route-table.ts";
import { createRandomIds } from "../adapters/system/random-ids.ts";
import { createTokenCounters } from "../adapters/tokens/token-counters.ts";
import { systemClock } from "../adapters/system/system-clock.ts";
import { Conductor } from "../delivery/conductor.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { DRILL_CHANNEL } from "../delivery/drill/measure-withdrawal.ts";
import { Observatory } from "../delivery/observatory.ts";
import { OwedWithdrawals } from "../delivery/owed-withdrawals.ts";
import { Replicas } from "../delivery/replicas.ts";
import { ChangeBook } from "../domain/changes/change-book.ts";
import { ServedBook } from "../domain/changes/served-book.ts";
import { SpendBook } from "../domain/spend/spend-book.ts";
import { Troubles } from "../delivery/troubles.ts";
import { ShadowDesk } from "../jobs/shadow/shadow-desk.ts";
import type { ShadowDeskTerms } from "../jobs/shadow/shadow-desk.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { CallObserver } from "../adapters/recorders/observed-recorder.ts";
import type { SignedPoster } from "../adapters/webhooks/create-signed-post.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Embedders } from "../ports/embedders.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Notifiers } from "../ports/notifier.ts";
import type { TraceExporter } from "../ports/trace-exporter.ts";
import type { ResponseKeeper } from "../ports/response-store.ts";
import { FlagKeeper } from "./keep-flags.ts";
import { SpendKeeper } from "./keep-spend.ts";
import { createEmbedders } from "./create-embedders.ts";
import { EnvironmentRegistry } from "./environments/environment-registry.ts";
import { openEnvironment } from "./environments/open-environment.ts";
import type { CommonGround } from "./environments/open-environment.ts";
import { plugSeeing } from "./plug-seeing.ts";
import type { Seeing } from "./plug-seeing.ts";
import { plugConsole } from "./plug-console.ts";
import type { ConsoleParts } from "./plug-console.ts";
import { plugGating } from "./plug-gating.ts";
import { openNotifiers } from "./open-alerts.ts";
import { openCounting } from "./open-counting.ts";
import type { Counting } from "./open-counting.ts";
import { openBacktests } from "./open-backtests.ts";
import type { OpenBacktests } from "./open-backtests.ts";
import { ProjectHost } from "./project-host.ts";
import { telemetryOf } from "./telemetry/telemetry-of.ts";
import { openTraces } from "./telemetry/open-traces.ts";
import type { Stores } from "./stores.ts";

/** How often what was spent is written where rules look at it, ms: they see what they stop for that much later. */
const RULED_SPEND_MS = 250;

const isOfSpend = ({ condition }: PauseRule): boolean => condition.type !== "errors-above";

/** The two ways and what they stand on. */
export interface House extends ConsoleParts, Counting {
  readonly stores: Stores;
  readonly announcer: Announcer;
  readonly host: ProjectHost;
  /** Every environment with what belongs to it alone. */
  readonly environments: EnvironmentRegistry;
  /** The gateway of the server's own environment. */
  readonly gateway: Gateway;
  readonly responses: ResponseKeeper;
  readonly delivery: Delivery;
  readonly conductor: Conductor;
  readonly spendKeeper: SpendKeeper;
  /** Variables of the process. */
  readonly variables: NodeJS.ProcessEnv;
  /** What a person looks at when something is wrong, and what gathers it. */
  readonly seeing: Seeing;
  readonly flagKeeper: FlagKeeper;
  /** Who is signed in to the console. */
  readonly sessions: ConsoleSessions;
  /** Tells the console what has happened. */
  readonly live: LiveHub;
  /** Sends signed messages to web servers that gates and people name. */
  readonly poster: SignedPoster;
  /** Tells people of alerts. */
  readonly notifiers: Notifiers;
  /** Where people reach this server, without a slash at its end; `null` where it does not know. */
  readonly publicUrl: string | null;
  readonly backtests: OpenBacktests;
  /** Sends finished calls as traces. */
  readonly traces: TraceExporter;
  /** Makes and compares the copies of shadow stages. */
  readonly shadows: ShadowDesk;
}

/** What a house stands in. */
export interface PlugTerms {
  readonly environment: NodeJS.ProcessEnv;
  /** Absent is the machine's own time. */
  readonly clock?: Clock;
  /** In place of the local model and those of providers. */
  readonly embedders?: Embedders;
  /** The operator's directory of programs that gates may run; absent or `null` is none. */
  readonly allowCommands?: string | null;
  /** Where the embedded database lives, whose disk may become full; absent or `null` where there is none. */
  readonly dataDir?: string | null;
  /** Where people reach this server; absent or `null` where it does not know. */
  readonly publicUrl?: string | null;
}

/** What is plugged into what: adapters into ways. Nothing runs yet. */
export function plug(
  stores: Stores,
  announcer: Announcer,
  { environment: variables, clock = systemClock, ...terms }: PlugTerms,
): House {
  const { embedders = createEmbedders(clock), allowCommands = null, dataDir = null, publicUrl = null } = terms;
  const ids = createRandomIds(clock);
  const spendBook = new SpendBook();
  const served = new ServedBook();
  const noted = new ChangeBook();
  const flagSwitches = createMemoryFlagSwitches();
  const base = { stores, announcer, replicaId: ids.next("rep"), clock, ids, routes: createRouteTable() };
  const troubles = new Troubles(announcer);
  const { gating, poster, pairJudge } = plugGating({
    ...base,
    troubles,
    variables,
    commands: allowCommands,
    freezeWindows: (environment) => environments.known(environment)?.project.project?.freezes ?? [],
    backtests: () => backtests.desk,
  });
  const shadows = openShadows(
    { ...base, judge: pairJudge },
    { environments: () => environments, delivery: () => delivery },
  );
  const { counting, counters } = openCounting({ ...base, logged: () => telemetryOf(environments).logs.calls });
  const traces = openTraces({ ...base, variables, environments: () => environments });
  const delivery = plugDelivery({ ...base, gating, troubles, shadows }, () => environments);
  const environments = openEnvironments({
    ...base,
    ...commonParts(base, [(call) => traces.offer(call), ...counters, ({ facts }) => served.note(facts)]),
    observer: delivery.observatory,
    copies: shadows,
    noted,
    spendBook,
    flagSwitches,
    embedders,
    variables,
  });
  const { releases, rollouts, calls, projects, turns, backtests: backtestStore } = stores;
  const ownParts = { clock, announcer, replicaId: base.replicaId, judge: pairJudge };
  const flagKeeper = new FlagKeeper({ ...ownParts, store: stores.flags, switches: flagSwitches, environments });
  const backtests = openBacktests({ ...ownParts, environments, store: backtestStore, calls, releases, rollouts });
  const { gateway } = environments.of(environments.own);
  const notifiers = openNotifiers({ variables, clock, post: poster.post });
  const ground = { stores, announcer, environments, gateway, delivery, variables, poster, notifiers, publicUrl };
  const work = { traces, backtests, shadows, flagKeeper };
  return {
    ...ground,
    ...work,
    seeing: plugSeeing({ ...base, ...counting, ...ground, served, noted, dataDir }),
    host: new ProjectHost({ delivery, projects, calls, turns, environments, flags: flagKeeper, variables }),
    ...plugConsole({ stores, keys: gateway.keys, clock, ids, announcer, variables }),
    responses: createResponseKeeper({ store: stores.responses, clock, announcer, isShared: stores.kind === "server" }),
    conductor: new Conductor(delivery),
    spendKeeper: spendKeeperOf(base, spendBook, environments),
    ...counting,
  };
}

/** The environments of a server, which have all of this in common. */
const openEnvironments = (ground: Omit<CommonGround, "environments">): EnvironmentRegistry =>
  new EnvironmentRegistry((environments) => (terms) => openEnvironment({ ...ground, environments }, terms));

/** What both ways stand on, in every environment. */
interface Base extends Pick<Delivery, "clock" | "ids" | "routes"> {
  readonly stores: Stores;
  readonly announcer: Announcer;
  readonly replicaId: string;
}

/** Sessions of drills that are remembered: one drill invents fewer. */
const DRILL_PINS = 2_000;

/** What is there only once everything is plugged. */
interface PluggedLater {
  readonly environments: () => EnvironmentRegistry;
  readonly delivery: () => Delivery;
}

/** Copies calls for the shadow stages of all environments. */
function openShadows(
  { stores, clock, announcer, replicaId, judge }: Base & Pick<ShadowDeskTerms, "judge">,
  { environments, delivery }: PluggedLater,
): ShadowDesk {
  const { rollouts, shadows: store } = stores;
  const servers = (): number => delivery().replicas.live.length;
  return new ShadowDesk({ environments, rollouts, store, clock, announcer, replicaId, servers, judge });
}

/** Writes what all environments spend; oftener where a rule of one of them looks at it. */
function spendKeeperOf(
  { stores, replicaId, clock, announcer }: Base,
  book: SpendBook,
  environments: EnvironmentRegistry,
): SpendKeeper {
  const isRuled = (): boolean =>
    environments.all().some((gateway) => gateway.settings().pauseRules?.some(isOfSpend) === true);
  const everyMs = (): number | null => (isRuled() ? RULED_SPEND_MS : null);
  return new SpendKeeper({ book, store: stores.spend, replicaId, clock, announcer, everyMs });
}

/** What the gateways of all environments have in common. */
const commonParts = ({ stores, clock, announcer }: Base, observers: readonly CallObserver[]) => ({
  keys: createMemoryKeyRing(),
  recorder: createObservedRecorder(createQueueRecorder({ store: stores.calls, clock }), observers, (error) =>
    announcer.troubled("looking at a call that has ended", error),
  ),
  dialects: DIALECTS,
  tokens: createTokenCounters(),
  random: Math.random,
});

function plugDelivery(
  base: Base & Pick<Delivery, "gating" | "troubles" | "shadows">,
  environments: () => EnvironmentRegistry,
): Delivery {
  const { stores, announcer, replicaId, clock, ids, routes, gating, troubles, shadows } = base;
  const { releases, rollouts, journal, versions } = stores;
  const log = createJournalWriter({ journal, replicaId, clock, announcer });
  const ownEnvironment = (): string => environments().own;
  // Sessions of drills come from nobody: opening an environment for them would start all that runs behind one.
  const drillPins = createMemoryPins(DRILL_PINS, clock);
  const replicas = new Replicas({ replicaId, board: stores.board, routes, ownEnvironment, clock });
  return {
    clock,
    engine: `rollward ${VERSION}, v8 ${process.versions.v8}`,
    ids,
    routes,
    releases,
    rollouts,
    versions,
    journal,
    log,
    announcer,
    observatory: new Observatory({
      clock,
      log,
      routes,
      replicaId,
      isLeader: () => replicas.isLeader,
      isShared: replicas.isShared,
      ...(replicas.isShared && { hasOthers: () => replicas.live.length > 1 }),
    }),
    troubles,
    owed: new OwedWithdrawals(stores.notes ?? null, troubles),
    replicas,
    gating,
    ...(shadows !== undefined && { shadows }),
    pinsOf: (environment) =>
      environment === DRILL_CHANNEL.environment ? drillPins : environments().of(environment).gateway.pins,
    // Nobody can call the channel of drills, so that it does not matter which models its releases name.
    isResolvable: (release, environment) =>
      environment === DRILL_CHANNEL.environment ||
      environments().known(environment)?.project.isResolvable(release) === true,
  };
}
