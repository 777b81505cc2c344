import type { Kysely, Selectable } from "kysely";
import type { PipelineReport, Stage, StageState } from "../../../domain/pipeline/pipeline.ts";
import type { PipelineStore } from "../../../ports/pipeline-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Reports of the pipeline in PostgreSQL; earlier ones are kept. */
export function createPostgresPipelineStore(db: Kysely<Tables>): PipelineStore {
  return {
    async note({ release, environment, stage, state, at, by, note, url }) {
      const row = {
        release_id: plainText(release),
        environment: plainText(environment),
        stage,
        state,
        at,
        reported_by: plainText(by),
        note: note === null ? null : plainText(note),
        url: url === null ? null : plainText(url),
      };
      await db.insertInto("pipeline_reports").values(row).execute();
    },
    async newest(release, environment) {
      const rows = await db
        .selectFrom("pipeline_reports")
        .selectAll()
        .distinctOn("stage")
        .where("release_id", "=", plainText(release))
        .where("environment", "=", plainText(environment))
        .orderBy("stage")
        .orderBy("position", "desc")
        .execute();
      return rows.map(reportOf);
    },
  };
}

const reportOf = (row: Selectable<Tables["pipeline_reports"]>): PipelineReport => ({
  release: row.release_id,
  environment: row.environment,
  stage: row.stage as Stage,
  state: row.state as StageState,
  at: row.at,
  by: row.reported_by,
  note: row.note,
  url: row.url,
});
