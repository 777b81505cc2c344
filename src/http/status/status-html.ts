import type { PublicIncident, PublicStatus } from "../../domain/status/public-status.ts";
import type { ComponentStatus, PageStatus } from "../../domain/status/status-page.ts";
import { escapeHtml } from "../../kit/escape-html.ts";

const COMPONENT_WORDS: Readonly<Record<ComponentStatus, string>> = {
  operational: "Operational",
  degraded_performance: "Degraded",
  partial_outage: "Partial outage",
  major_outage: "Major outage",
  under_maintenance: "Maintenance",
};

/** A sign beside the word: colour alone says nothing to many. */
const SIGNS: Readonly<Record<ComponentStatus, string>> = {
  operational: "●",
  degraded_performance: "◐",
  partial_outage: "◑",
  major_outage: "✕",
  under_maintenance: "◇",
};

const MAINTENANCE_WORDS = {
  scheduled: "Scheduled",
  in_progress: "In progress",
  verifying: "Verifying",
  completed: "Completed",
} as const;

/** The colour of the heading, by how bad it is. */
const INDICATOR_CLASS: Readonly<Record<PageStatus["indicator"], ComponentStatus>> = {
  none: "operational",
  minor: "degraded_performance",
  major: "partial_outage",
  critical: "major_outage",
  maintenance: "under_maintenance",
};

const STYLE = `:root{color-scheme:light dark;--ground:#fff;--ink:#1a1f26;--soft:#5b6470;--line:#e3e6ea;--card:#f7f8fa;--good:#137a3e;--fair:#8a5a00;--poor:#b34700;--bad:#b3202c;--work:#2456c7}
@media (prefers-color-scheme:dark){:root{--ground:#111418;--ink:#e8eaed;--soft:#a2abb6;--line:#2a3038;--card:#191d23;--good:#5fd38d;--fair:#f0b44c;--poor:#ff9a57;--bad:#ff7b84;--work:#8db2ff}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 3rem}h1{font-size:1.25rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0}
.now{border:2px solid currentColor;border-radius:.5rem;padding:1rem;font-weight:600;font-size:1.1rem}
ul{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:.5rem}li{display:flex;gap:1rem;justify-content:space-between;padding:.75rem 1rem}li+li{border-top:1px solid var(--line)}
li small,.soft{color:var(--soft);display:block;font-weight:400}li span{white-space:nowrap;font-weight:600}
article{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:.5rem 0}article p{margin:.5rem 0 0;white-space:pre-line;overflow-wrap:anywhere}
.operational{color:var(--good)}.degraded_performance{color:var(--fair)}.partial_outage{color:var(--poor)}.major_outage{color:var(--bad)}.under_maintenance{color:var(--work)}
footer{margin-top:2rem;color:var(--soft);font-size:.875rem}a{color:inherit}`;

/** The page for the public: no scripts, nothing from elsewhere, readable on a phone, light and dark. */
export function statusHtml(status: PublicStatus): string {
  const { title, components, open, past, maintenances, at, isStale, status: whole } = status;
  const coming = maintenances.filter((one) => one.status !== "completed");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noarchive">
<meta http-equiv="refresh" content="60"><title>${escapeHtml(title)}: ${escapeHtml(whole.description)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
<p class="now ${INDICATOR_CLASS[whole.indicator]}" role="status">${SIGNS[INDICATOR_CLASS[whole.indicator]]} ${escapeHtml(whole.description)}</p>
${open.map((one) => incidentHtml(one)).join("\n")}
<h2>Components</h2>
<ul>${components.map(componentHtml).join("")}</ul>
${coming.length === 0 ? "" : `<h2>Maintenance</h2>\n${coming.map(maintenanceHtml).join("\n")}`}
<h2>Past incidents</h2>
${past.length === 0 ? '<p class="soft">None in the last days.</p>' : past.map((one) => incidentHtml(one)).join("\n")}
<footer>${isStale ? "This is what was known last; the present state cannot be read at the moment. " : ""}As of ${timeHtml(at)}. As data: <a href="/api/v2/summary.json">summary.json</a></footer>
</main></body></html>
`;
}

const componentHtml = ({ name, description, status }: PublicStatus["components"][number]): string =>
  `<li><div>${escapeHtml(name)}${description === null ? "" : `<small>${escapeHtml(description)}</small>`}</div><span class="${status}">${SIGNS[status]} ${COMPONENT_WORDS[status]}</span></li>`;

function incidentHtml({ name, status, impact, startedAt, resolvedAt, updates }: PublicIncident): string {
  const when = `${timeHtml(startedAt)}${resolvedAt === null ? "" : ` to ${timeHtml(resolvedAt)}`}`;
  const told = updates.map(
    ({ at, status: state, body }) => `<p><strong>${capital(state)}</strong> · ${timeHtml(at)}\n${escapeHtml(body)}</p>`,
  );
  return `<article><h3>${escapeHtml(name)}</h3><small class="soft">${capital(status)} · impact: ${impact} · ${when}</small>${told.join("")}</article>`;
}

const maintenanceHtml = ({ name, description, from, until, status }: PublicStatus["maintenances"][number]): string =>
  `<article><h3>${escapeHtml(name)}</h3><small class="soft">${MAINTENANCE_WORDS[status]} · ${timeHtml(from)} to ${timeHtml(until)}</small>${description === "" ? "" : `<p>${escapeHtml(description)}</p>`}</article>`;

function timeHtml(at: number): string {
  const instant = new Date(at).toISOString();
  return `<time datetime="${instant}">${instant.slice(0, 16).replace("T", " ")} UTC</time>`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
