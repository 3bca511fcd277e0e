/** Looks at every view as the test comes by: accessibility and overflow in two schemes and three widths, and pictures. */
import type { Page } from "playwright-core";
import { type TestBrowser, violations } from "./browser.ts";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const NARROW = { width: 320, height: 640 };

/** Ways to look at a view. The layout does not depend on the scheme, nor do roles and names on the width. */
const LOOKS = [
  { name: "desktop-light", scheme: "light", size: DESKTOP, axe: true },
  { name: "phone-light", scheme: "light", size: PHONE, axe: true },
  { name: "narrow-light", scheme: "light", size: NARROW, axe: false },
  { name: "phone-dark", scheme: "dark", size: PHONE, axe: false },
  { name: "desktop-dark", scheme: "dark", size: DESKTOP, axe: true },
] as const;

/** Collects what is wrong with the views. */
export interface Witness {
  /** Examines the view that is shown; takes pictures of it into DEML_SCREENSHOTS if that is set. */
  look(view: string): Promise<void>;
  /** Strikes out trouble that the test itself has made. */
  expect(pattern: RegExp): void;
  /** Everything found, one line each. */
  findings(): string[];
}

/** A witness for a browser's page. */
export function createWitness({ page, takeTrouble }: TestBrowser): Witness {
  const folder = Deno.env.get("DEML_SCREENSHOTS");
  let found: string[] = [];
  const collect = () => found.push(...takeTrouble());
  return {
    async look(view) {
      for (const { name, scheme, size, axe } of LOOKS) {
        if (folder === undefined && name === "phone-dark") continue;
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(size);
        await settled(page);
        const wide = await tooWide(page);
        if (wide !== undefined) found.push(`${view}, ${name}: ${wide} is wider than the screen`);
        if (axe) found.push(...(await violations(page)).map((line) => `${view}, ${name}: ${line}`));
        if (folder !== undefined) await page.screenshot({ path: `${folder}/${view}-${name}.png` });
      }
      await page.emulateMedia({ colorScheme: "light" });
    },
    expect(pattern) {
      collect();
      found = found.filter((line) => !pattern.test(line));
    },
    findings() {
      collect();
      return found;
    },
  };
}

/** The innermost element that makes the page scroll sideways, if any. */
function tooWide(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return undefined;
    const wide = [...document.querySelectorAll("main *, header *, footer *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5);
    return wide.at(-1)?.outerHTML.slice(0, 120) ?? "something";
  });
}

/** What follows a change of size comes a frame later, and is on the screen after another one. */
function settled(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  );
}
