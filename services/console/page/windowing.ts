// Which rows of a long list are on the screen, when their heights are known only once they have been shown. Pure.

/** offsets[i] is where row i begins; the last one is the height of all. */
export function offsetsOf(keys: readonly string[], heights: ReadonlyMap<string, number>, estimate: number): Float64Array {
  const offsets = new Float64Array(keys.length + 1);
  for (let i = 0; i < keys.length; ++i) offsets[i + 1] = offsets[i]! + (heights.get(keys[i]!) ?? estimate);
  return offsets;
}

/** The row that covers this place; 0 above all, the last below all. */
export function rowAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rows [from, to) that are seen between top and bottom, and so many pixels around them. */
export function rangeOf(offsets: Float64Array, top: number, bottom: number, around: number): {from: number; to: number} {
  if (offsets.length < 2) return {from: 0, to: 0};
  return {from: rowAt(offsets, top - around), to: rowAt(offsets, bottom + around) + 1};
}

/** What the person looks at: the end, or a row and how far it is above the upper edge. */
export type Anchor = "end" | {key: string; above: number};
const END_SLACK = 60;

export function anchorAt(keys: readonly string[], offsets: Float64Array, top: number, height: number): Anchor {
  const all = offsets[offsets.length - 1] ?? 0;
  if (all - top - height < END_SLACK || keys.length === 0) return "end";
  const row = rowAt(offsets, top);
  return {key: keys[row]!, above: top - offsets[row]!};
}

/** Where to scroll so that the person goes on looking at the same. */
export function topFor(anchor: Anchor, keys: readonly string[], offsets: Float64Array, height: number): number | null {
  const end = Math.max(0, (offsets[offsets.length - 1] ?? 0) - height);
  if (anchor === "end") return end;
  const row = keys.indexOf(anchor.key);
  return row < 0 ? null : Math.min(end, Math.max(0, offsets[row]! + anchor.above));
}
