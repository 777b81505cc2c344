import type { ReportLog } from "../../../ports/report-log.ts";

/** Sent reports in memory. */
export function createMemoryReportLog(): ReportLog {
  const sent = new Set<string>();
  return {
    async claim(id) {
      if (sent.has(id)) return false;
      sent.add(id);
      return true;
    },
    async release(id) {
      sent.delete(id);
    },
  };
}
