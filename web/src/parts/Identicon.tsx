import type { ComponentChildren } from "preact";
import type { Hex } from "../../../core/protocol/types.ts";

const SIZE = 5;

/** A small picture of an address, symmetric like a face, so that two addresses are told apart at a glance. */
export function Identicon({ address }: { address: Hex }): ComponentChildren {
  const digits = Array.from(address.slice(2), (digit) => parseInt(digit, 16));
  const hue = ((digits[38]! << 4) + digits[39]!) * 360 / 256;
  const cells = Array.from({ length: SIZE * SIZE }, (_, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    const on = digits[y * 3 + Math.min(x, SIZE - 1 - x)]! % 2 === 1;
    return on ? <rect key={i} x={x} y={y} width="1.02" height="1.02" /> : null;
  });
  return (
    <svg viewBox="-0.5 -0.5 6 6" fill={`hsl(${hue.toFixed(0)} 55% 50%)`} aria-hidden="true">
      {cells}
    </svg>
  );
}
