import type { ComponentChildren } from "preact";
import { Heading } from "../parts/Heading.tsx";

/** For addresses that lead nowhere. */
export function Missing({ hash }: { hash: string }): ComponentChildren {
  return (
    <div class="stack">
      <Heading level={1} title="Nothing here">Nothing here</Heading>
      <p>
        There is no view called <code>{hash.slice(0, 100)}</code>.{" "}
        <a href="#/">See all competitions</a>.
      </p>
    </div>
  );
}
