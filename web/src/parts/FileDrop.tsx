import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";

/** A place to choose a model's file, or to drop it on. */
export function FileDrop({ onFile }: { onFile: (file: File) => void }): ComponentChildren {
  const over = useSignal(false);
  const take = (file: File | undefined) => {
    if (file !== undefined) onFile(file);
  };
  return (
    <label
      class={over.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => over.value = false}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        take(event.dataTransfer?.files[0]);
      }}
    >
      <input
        type="file"
        class="hidden-visually"
        accept=".onnx"
        onChange={({ currentTarget }) => {
          take(currentTarget.files?.[0]);
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
      <span class="button">Choose an ONNX file</span>
      <span class="muted small">or drop it here</span>
    </label>
  );
}
