import type { BreakerPolicy } from "../../domain/health/circuit.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { ProxyFor } from "../../kit/outbound-proxy.ts";

/** What every vendor's provider is made with. */
export interface VendorTerms {
  readonly name: string;
  /** Where its API is; `null` is the vendor's own address. */
  readonly baseUrl: string | null;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  /** The circuit breaker of its models; `null` is off. */
  readonly breaker: BreakerPolicy | null;
  /** Whether a host name may resolve to a private address. */
  readonly allowPrivate: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
}

/** A vendor whose keys are texts that are sent as they are. */
export interface KeyedVendorTerms extends VendorTerms {
  /** At least one; a request says by number which one to use. */
  readonly keys: readonly string[];
  /** Environment variables the keys came from, for the message when one is refused. */
  readonly keyEnv: string | null;
}
