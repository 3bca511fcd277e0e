/** Files out of what was dropped, folders opened (File and Directory Entries API). */

/** More files than this are no model: the rest is not looked at, and the number is refused later. */
const MAX_FOUND = 1000;

/** All files that were dropped, or lie in a folder that was; hidden ones left out. To be called in the event's turn. */
export async function droppedFiles(
  transfer: Pick<DataTransfer, "items" | "files"> | null,
): Promise<File[]> {
  if (transfer === null) return [];
  // Entries are gone after the event's turn: they are taken before anything is awaited.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found: File[] = [];
  for (const entry of entries) if (entry !== null) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MAX_FOUND || entry.name.startsWith(".")) return;
  if (!entry.isDirectory) {
    found.push(
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject)
      ),
    );
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder comes in portions of 100.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0 || found.length >= MAX_FOUND) return;
    for (const inner of some) await collect(inner, found);
  }
}
