import type { Operators } from "../operation.ts";

/** To come. */
export const RECURRENT: Operators = {};
