/** What we use of h5wasm, which is loaded only when it is needed. */

/** An open file, also its root group. */
export interface File extends Group {
  /** Its handle; not positive if opening failed. */
  readonly file_id: bigint;
  /** What is at a path; null if there is nothing. */
  get(path: string): unknown;
  /** Closes it. */
  close(): unknown;
}

/** A folder of the file. */
export interface Group {
  /** "Group" or "Dataset". */
  readonly type: string;
  /** Values attached to it. */
  readonly attrs: Readonly<Record<string, Attribute>>;
}

/** An array of the file. */
export interface Dataset extends Group {
  /** What is known of it before it is read. */
  readonly metadata: Metadata;
}

/** A value that is attached to a group or dataset. */
export interface Attribute {
  /** What is known of it before it is read. */
  readonly metadata: Metadata;
  /** Reads it. */
  readonly value: unknown;
}

/** Type and shape of stored values. */
export interface Metadata {
  /** H5T_class_t: 0 whole numbers, 1 floating point, 3 texts. */
  readonly type: number;
  /** Bytes of an element. */
  readonly size: number;
  /** Whether whole numbers have a sign. */
  readonly signed: boolean;
  /** Order of bytes. */
  readonly littleEndian: boolean;
  /** Shape; null if there are no values. */
  readonly shape: readonly number[] | null;
  /** Shape of the pieces in which it is stored; null if it is in one. */
  readonly chunks: readonly number[] | null;
  /** Elements. */
  readonly total_size: number;
  /** Other datasets that the values really are in. */
  readonly virtual_sources?: unknown;
}

/** The WebAssembly module. */
export interface H5Module {
  /** Its files in memory. */
  readonly FS: {
    /** Writes a file. */
    writeFile(path: string, bytes: Uint8Array): void;
    /** Removes a file. */
    unlink(path: string): void;
  };
  /** Its memory; another array after it has grown. */
  readonly HEAPU8: Uint8Array;
  /** Reserves memory; 0 if there is none. */
  _malloc(size: number): number;
  /** Gives memory back. */
  _free(pointer: number): void;
  /** Reads a whole dataset to a place in memory; negative if that fails. */
  get_dataset_data(
    file: bigint,
    path: string,
    count: null,
    offset: null,
    strides: null,
    pointer: bigint,
  ): number;
  /** Has the library's errors thrown. */
  activate_throwing_error_handler(): number;
  /** Has them printed again. */
  deactivate_throwing_error_handler(): number;
}
