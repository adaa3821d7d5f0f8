// Where the keyboard goes.

/** After the next drawing, because what is to be focused may only then be there. */
const soon = (act: () => void): void => { requestAnimationFrame(() => requestAnimationFrame(act)); };
const focus = (selector: string): void => soon(() => document.querySelector<HTMLElement>(selector)?.focus());

export const focusComposer = (): void => focus("#words");
export const focusSearch = (): void => focus("#search");
export const focusTimeline = (): void => focus("#timeline");
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select") || target.isContentEditable);
