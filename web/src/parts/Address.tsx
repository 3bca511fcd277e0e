import type { ComponentChildren } from "preact";
import type { Hex } from "../../../core/protocol/types.ts";
import { useApp } from "./context.ts";
import { shortAddress } from "./format.ts";
import { Identicon } from "./Identicon.tsx";

/** An address, short, with its picture; a link where the chain has an explorer. */
export function Address(
  { address, link = true }: { address: Hex; link?: boolean },
): ComponentChildren {
  const { explorer } = useApp().config;
  const content = (
    <>
      <Identicon address={address} />
      {shortAddress(address)}
    </>
  );
  if (explorer === undefined || !link) {
    return <span class="address" title={address}>{content}</span>;
  }
  const href = `${explorer}/address/${address}`;
  return <a class="address" title={address} href={href} rel="noreferrer">{content}</a>;
}
