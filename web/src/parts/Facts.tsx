import type { ComponentChildren } from "preact";

/** A name and its value. */
export interface Fact {
  /** In words. */
  name: string;
  /** What it is. */
  value: ComponentChildren;
}

/** Names and values below each other. */
export function Facts({ facts }: { facts: Fact[] }): ComponentChildren {
  return (
    <dl class="facts">
      {facts.flatMap(({ name, value }) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name}=`}>{value}</dd>,
      ])}
    </dl>
  );
}
