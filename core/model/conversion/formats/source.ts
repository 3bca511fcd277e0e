import type { Architecture } from "../architecture.ts";
import type { Origin } from "../layer.ts";
import type { Arrays } from "../weights.ts";

/** A model as read from files, whatever their format. */
export interface Source {
  /** Its layers. */
  readonly model: Architecture;
  /** Which framework it comes from. */
  readonly origin: Origin;
  /** Its weights. */
  readonly arrays: Arrays;
}
