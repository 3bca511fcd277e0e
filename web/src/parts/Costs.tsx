import type { ComponentChildren } from "preact";
import { type Quote, totalOf } from "../chain/quote.ts";
import { useApp } from "./context.ts";
import { formatCoins, formatInteger, formatPrice, roundUp } from "./format.ts";
import { Notice } from "./Notice.tsx";

/** What transactions cost, and whether the account has it. */
export function Costs(
  { quote, valueLabel }: { quote: Quote; valueLabel?: string | undefined },
): ComponentChildren {
  const { currency } = useApp().config;
  const { gas, gasPrice, value, balance } = quote;
  // The fee is about so much anyway; with it rounded up first, the rows add up to the total.
  const fee = roundUp(BigInt(gas) * gasPrice);
  const price = (wei: bigint) => `${formatPrice(wei)} ${currency}`;
  const owned = `${formatCoins(balance)} ${currency}`;
  return (
    <>
      <table class="costs">
        <tbody>
          {valueLabel !== undefined && (
            <tr>
              <th scope="row">{valueLabel}</th>
              <td>{price(value)}</td>
            </tr>
          )}
          <tr>
            <th scope="row">
              Network fee, about <span>{formatInteger(gas)} gas</span>
            </th>
            <td>{price(fee)}</td>
          </tr>
          <tr class="total">
            <th scope="row">Total</th>
            <td>{price(value + fee)}</td>
          </tr>
        </tbody>
      </table>
      {balance < totalOf(quote)
        ? <Notice kind="bad">Your account has {owned}: not enough for this.</Notice>
        : <p class="muted small">Your account has {owned}. Your wallet shows the final fee.</p>}
    </>
  );
}
