import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { droppedFiles } from "./dropped_files.ts";

/** Takes files, also such that a folder is still searched for. */
type TakeFiles = (files: File[] | Promise<File[]>) => void;

/** A place to choose the files of a model, or to drop them or their folder on. */
export function FileDrop({ onFiles }: { onFiles: TakeFiles }): ComponentChildren {
  const over = useSignal(false);
  return (
    <div
      class={over.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => over.value = false}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        onFiles(droppedFiles(event.dataTransfer));
      }}
    >
      <div class="row">
        <Choice label="Choose the model's files" onFiles={onFiles} />
        <Choice label="Choose its folder" folder onFiles={onFiles} />
      </div>
      <span class="muted small">or drop them here</span>
    </div>
  );
}

/** Files of any name: what cannot be read is refused with the way to export it. */
function Choice(
  { label, folder = false, onFiles }: {
    label: string;
    folder?: boolean;
    onFiles: TakeFiles;
  },
): ComponentChildren {
  return (
    <label class={folder ? "pick folder" : "pick"}>
      <input
        type="file"
        class="hidden-visually"
        multiple
        ref={(input) => {
          if (input !== null) input.webkitdirectory = folder;
        }}
        onChange={({ currentTarget }) => {
          const files = [...currentTarget.files ?? []];
          // The same files can be chosen again.
          currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      <span class="button">{label}</span>
    </label>
  );
}
