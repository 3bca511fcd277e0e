/** One of the files that somebody brought. */
export interface ModelFile {
  /** Its name, with or without folders. */
  readonly name: string;
  /** Its content. */
  readonly bytes: Uint8Array;
}

/** The last part of a path. */
export function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}
