/** A configuration that cannot be served; the message lists every mistake with its place. */
export class ProjectError extends Error {}
