import { escapeHtml } from "../../kit/escape-html.ts";
import { escaped } from "../incidents/write-postmortem.ts";
import type { Report } from "./report.ts";
import { reportHeading, reportTables } from "./report-lines.ts";
import type { ReportTable } from "./report-lines.ts";

/** A report in Markdown. */
export function reportMarkdown(report: Report): string {
  const { title, summary } = reportHeading(report);
  const sections = reportTables(report).map(({ title: name, text, head, rows }) =>
    [`## ${name}`, ...(text === null ? [] : [text]), ...(rows.length === 0 ? [] : [markdownTable(head, rows)])].join(
      "\n\n",
    ),
  );
  return `${[`# ${escaped(title)}`, summary, ...sections].join("\n\n")}\n`;
}

function markdownTable(head: readonly string[], rows: ReportTable["rows"]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** Mail programs know little CSS: everything stands at its element, and nothing is fetched. */
const TABLE = 'style="border-collapse:collapse;width:100%;font-size:14px"';
const CELL = 'style="text-align:left;padding:6px 10px 6px 0;border-bottom:1px solid #d9dde3;vertical-align:top"';
const BODY =
  'style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,Segoe UI,Arial,sans-serif;color:#1a1f26;background:#ffffff"';

/** A report as one HTML page that needs nothing else, for people and for mail. */
export function reportHtml(report: Report): string {
  const { title, summary } = reportHeading(report);
  const sections = reportTables(report).map(
    ({ title: name, text, head, rows }) =>
      `<h2 style="font-size:18px;margin:28px 0 8px">${escapeHtml(name)}</h2>${text === null ? "" : `<p>${escapeHtml(text)}</p>`}${rows.length === 0 ? "" : htmlTable(head, rows)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title></head>
<body ${BODY}><div style="max-width:860px;margin:0 auto"><h1 style="font-size:22px;margin:0 0 8px">${escapeHtml(title)}</h1><p>${escapeHtml(summary)}</p>
${sections.join("\n")}
</div></body></html>
`;
}

function htmlTable(head: readonly string[], rows: ReportTable["rows"]): string {
  const cells = (tag: "th" | "td", values: readonly string[]): string =>
    values.map((value) => `<${tag} ${CELL}>${escapeHtml(value)}</${tag}>`).join("");
  const lines = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  return `<div style="overflow-x:auto"><table ${TABLE}><thead><tr>${cells("th", head)}</tr></thead><tbody>\n${lines}\n</tbody></table></div>`;
}
