// Where the keyboard goes.

/** What is to be focused may not be drawn, or not take keys, yet; after so long nobody expects it any more. */
const PATIENCE_MS = 3_000;
let wishes = 0;

/** The newest wish counts, and none once the person has gone somewhere themselves. */
function focus(selector: string): void {
  const wish = ++wishes;
  const until = performance.now() + PATIENCE_MS;
  const left = new AbortController();
  for (const act of ["keydown", "pointerdown"]) addEventListener(act, () => left.abort(), {capture: true, signal: left.signal});
  const look = () => {
    if (wish !== wishes || left.signal.aborted) return left.abort();
    const element = document.querySelector<HTMLElement>(selector);
    element?.focus();
    if ((element && document.activeElement === element) || performance.now() > until) return left.abort();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
}

export const focusComposer = (): void => focus("#words");
export const focusSearch = (): void => focus("#search");
export const focusTimeline = (): void => focus("#timeline");
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select") || target.isContentEditable);
