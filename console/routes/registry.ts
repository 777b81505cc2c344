import type { LucideIcon } from "lucide-react";
import {
  Activity,
  Bell,
  ChartNoAxesColumn,
  FileText,
  Flag,
  Gauge,
  List,
  MessagesSquare,
  Package,
  Play,
  Rocket,
  Route,
  Settings,
  Siren,
  Wallet,
} from "lucide-react";
import type { ComponentType } from "react";

/** Where a page stands in the navigation. */
export interface NavEntry {
  readonly label: string;
  readonly icon: LucideIcon;
  /** Pressed after `g`. */
  readonly key: string;
  readonly group: "watch" | "ship" | "spend" | "run";
  /** On the bar at the bottom of a phone; at most four. */
  readonly phone?: true;
}

/** One page. Pages without `nav` are reached from others. */
export interface PageEntry {
  /** `$name` is a parameter, read by `useParam("name")`. */
  readonly path: string;
  readonly load: () => Promise<ComponentType>;
  readonly nav?: NavEntry;
}

/** Every page of the console, in the order of the navigation. A page that is not here does not exist. */
export const PAGES: readonly PageEntry[] = [
  {
    path: "/",
    load: async () => (await import("./now.tsx")).NowPage,
    nav: { label: "Now", icon: Activity, key: "n", group: "watch", phone: true },
  },
  { path: "/start", load: async () => (await import("./start.tsx")).StartPage },
  {
    path: "/endpoints",
    load: async () => (await import("./endpoints.tsx")).EndpointsPage,
    nav: { label: "Endpoints", icon: Route, key: "e", group: "ship", phone: true },
  },
  { path: "/endpoints/$endpoint", load: async () => (await import("./endpoint.tsx")).EndpointPage },
  {
    path: "/rollouts",
    load: async () => (await import("./rollouts.tsx")).RolloutsPage,
    nav: { label: "Rollouts", icon: Rocket, key: "r", group: "ship", phone: true },
  },
  { path: "/rollouts/$rollout", load: async () => (await import("./rollout.tsx")).RolloutPage },
  {
    path: "/releases",
    load: async () => (await import("./releases.tsx")).ReleasesPage,
    nav: { label: "Releases", icon: Package, key: "l", group: "ship" },
  },
  { path: "/releases/$release", load: async () => (await import("./named-release.tsx")).NamedReleasePage },
  { path: "/releases/$endpoint/$number", load: async () => (await import("./release.tsx")).ReleasePage },
  {
    path: "/prompts",
    load: async () => (await import("./prompts.tsx")).PromptsPage,
    nav: { label: "Prompts", icon: FileText, key: "p", group: "ship" },
  },
  { path: "/versions", load: async () => (await import("./version.tsx")).VersionPage },
  {
    path: "/playground",
    load: async () => (await import("./playground.tsx")).PlaygroundPage,
    nav: { label: "Playground", icon: Play, key: "y", group: "ship" },
  },
  {
    path: "/flags",
    load: async () => (await import("./flags.tsx")).FlagsPage,
    nav: { label: "Flags", icon: Flag, key: "f", group: "ship" },
  },
  { path: "/flags/$flag", load: async () => (await import("./flag.tsx")).FlagPage },
  {
    path: "/calls",
    load: async () => (await import("./calls.tsx")).CallsPage,
    nav: { label: "Calls", icon: List, key: "c", group: "watch", phone: true },
  },
  { path: "/calls/$call", load: async () => (await import("./call.tsx")).CallPage },
  { path: "/calls-diff", load: async () => (await import("./calls-diff.tsx")).CallsDiffPage },
  {
    path: "/sessions",
    load: async () => (await import("./sessions.tsx")).SessionsPage,
    nav: { label: "Sessions", icon: MessagesSquare, key: "s", group: "watch" },
  },
  { path: "/session", load: async () => (await import("./session.tsx")).SessionPage },
  {
    path: "/cost",
    load: async () => (await import("./cost.tsx")).CostPage,
    nav: { label: "Cost", icon: Wallet, key: "b", group: "spend" },
  },
  {
    path: "/limits",
    load: async () => (await import("./limits.tsx")).LimitsPage,
    nav: { label: "Limits", icon: Gauge, key: "q", group: "spend" },
  },
  {
    path: "/alerts",
    load: async () => (await import("./alerts.tsx")).AlertsPage,
    nav: { label: "Alerts", icon: Bell, key: "a", group: "watch" },
  },
  {
    path: "/incidents",
    load: async () => (await import("./incidents.tsx")).IncidentsPage,
    nav: { label: "Incidents", icon: Siren, key: "i", group: "watch" },
  },
  { path: "/incidents/$incident", load: async () => (await import("./incident.tsx")).IncidentPage },
  {
    path: "/reports",
    load: async () => (await import("./reports.tsx")).ReportsPage,
    nav: { label: "Reports", icon: ChartNoAxesColumn, key: "w", group: "run" },
  },
  {
    path: "/settings",
    load: async () => (await import("./settings.tsx")).SettingsPage,
    nav: { label: "Settings", icon: Settings, key: ",", group: "run" },
  },
];
