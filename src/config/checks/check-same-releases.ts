import { releaseDigest } from "../../domain/release/release-digest.ts";
import type { Mistake, Project } from "../project.ts";
import { mistake } from "../source/mistakes.ts";
import { about } from "../source/path-text.ts";
import type { YamlFile } from "../source/yaml-file.ts";

/**
 * Mistakes where an environment would make another release of the same endpoint: a window of a model that is written at
 * its provider is part of a release, for example.
 */
export function checkSameReleases(yaml: YamlFile, one: Project, other: Project): readonly Mistake[] {
  const path = ["environments", other.environment];
  return [...one.endpoints].flatMap(([name, { content }]) => {
    const there = other.endpoints.get(name)?.content;
    if (there !== undefined && releaseDigest(there) === releaseDigest(content)) return [];
    const message = `the release of ${name} would be another one in ${other.environment} than in ${one.environment}, and the same must go through both`;
    const fix = "write what a release holds (windows of models, for example) above, for all environments";
    return [mistake(yaml.keyAt(path), { message: about(path, message), fix })];
  });
}
