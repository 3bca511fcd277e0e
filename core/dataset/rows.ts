/** Rows of a data set in memory: as many values each as there are features, and a label. */
export interface Rows {
  /** `rows * features` values as they stand in the file, row after row. */
  readonly values: Uint8Array | Float64Array;
  /** One for each row: the index of its class, or for regression its value. */
  readonly labels: Int32Array | Float64Array;
}
