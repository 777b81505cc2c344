import type { Key } from "../../domain/access/key.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { Environments, Gateway } from "../../gateway/gateway.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The name of the server's own environment before its first project says another one. */
const FIRST_NAME = "production";

/** Opens an environment under a name, with what stands before its names in shared stores. */
export type EnvironmentOpener = (terms: {
  readonly name: () => string;
  readonly scope: EnvironmentScope;
}) => OpenEnvironment;

/** The environments of one server by name. Its own is there from the start; another one from when it is first asked for. */
export class EnvironmentRegistry implements Environments {
  readonly #open: EnvironmentOpener;
  readonly #ownEnvironment: OpenEnvironment;
  readonly #others = new Map<string, OpenEnvironment>();
  #ownName = FIRST_NAME;
  #onOpened: (opened: OpenEnvironment) => void = () => {};

  constructor(open: (registry: EnvironmentRegistry) => EnvironmentOpener) {
    this.#open = open(this);
    this.#ownEnvironment = this.#open({ name: () => this.#ownName, scope: "" });
  }

  get own(): string {
    return this.#ownName;
  }

  forKey({ environment }: Pick<Key, "environment">): Gateway {
    return this.of(environment ?? this.#ownName).gateway;
  }

  named(environment: string): Gateway | undefined {
    const known = this.known(environment);
    // A key may be of an environment in which nothing was ever applied.
    return known === this.#ownEnvironment || known?.project.project != null ? known.gateway : undefined;
  }

  all(): readonly Gateway[] {
    return this.environments().map(({ gateway }) => gateway);
  }

  /** The environment of a name, opened where it is not. */
  of(environment: string): OpenEnvironment {
    const known = this.known(environment);
    if (known !== undefined) return known;
    const opened = this.#open({ name: () => environment, scope: `${environment}/` });
    this.#others.set(environment, opened);
    this.#onOpened(opened);
    return opened;
  }

  /** The environment of a name, where it is open. */
  known(environment: string): OpenEnvironment | undefined {
    return environment === this.#ownName ? this.#ownEnvironment : this.#others.get(environment);
  }

  /** All that are open, the server's own first. */
  environments(): readonly OpenEnvironment[] {
    return [this.#ownEnvironment, ...this.#others.values()];
  }

  /** Says what the server's own environment is called. Who was open under that name had no project. */
  callOwn(environment: string): void {
    this.#ownName = environment;
    this.#others.delete(environment);
  }

  /** Calls `start` with every environment that is open, and with every one that is opened. */
  onOpened(start: (opened: OpenEnvironment) => void): void {
    for (const each of this.environments()) start(each);
    this.#onOpened = start;
  }
}
