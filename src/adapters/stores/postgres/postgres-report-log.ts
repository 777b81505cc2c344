import type { Kysely } from "kysely";
import type { ReportLog } from "../../../ports/report-log.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Sent reports in PostgreSQL. */
export function createPostgresReportLog(db: Kysely<Tables>): ReportLog {
  return {
    async claim(id, at) {
      const made = await db
        .insertInto("sent_reports")
        .values({ id: plainText(id), sent_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst();
      return made !== undefined;
    },
    async release(id) {
      await db.deleteFrom("sent_reports").where("id", "=", plainText(id)).execute();
    },
  };
}
