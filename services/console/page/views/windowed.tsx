// A long list of which only what is in sight is in the document. What the person looks at stays where it is while rows come
// above, are measured or grow; at the end it follows the end.
import {Component, type ComponentChildren, createRef} from "preact";
import {type Anchor, anchorAt, offsetsOf, rangeOf, topFor} from "../windowing.js";

const ESTIMATE = 120;
const AROUND = 600;
/** So far from the beginning, more of it is asked for. */
const NEAR_TOP = 1200;

interface Props<Item> {
  items: readonly Item[];
  keyOf(item: Item): string;
  show(item: Item, index: number): ComponentChildren;
  /** Another list begins at its end. */
  list: string;
  label: string;
  before?: ComponentChildren;
  onNearTop?(): void;
  onAnchor?(anchor: Anchor): void;
}

export class Windowed<Item> extends Component<Props<Item>> {
  #box = createRef<HTMLDivElement>();
  #rows = createRef<HTMLOListElement>();
  #heights = new Map<string, number>();
  #anchor: Anchor = "end";
  #shown = {from: 0, to: 0};
  #top = 0;
  #height = 800;
  #lead = 0;
  #observer?: ResizeObserver;
  #watched = new Set<Element>();
  #measured = 0;
  #laidOut?: {items: readonly Item[]; measured: number; keys: string[]; offsets: Float64Array};

  override componentDidMount() {
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this.#box.current!);
    this.componentDidUpdate();
  }

  override componentWillUnmount() {
    this.#observer?.disconnect();
  }

  override componentWillReceiveProps(next: Props<Item>) {
    if (next.list === this.props.list) return;
    this.#heights.clear();
    this.#measured++;
    this.#anchor = "end";
  }

  override componentDidUpdate() {
    const rows = new Set<Element>(this.#rows.current?.children);
    for (const row of this.#watched) if (!rows.has(row)) this.#observer?.unobserve(row);
    for (const row of rows) if (!this.#watched.has(row)) this.#observer?.observe(row);
    this.#watched = rows;
    this.#measure();
    this.#place();
  }

  /** Brings a row into sight; false if it is not in the list. */
  reveal(key: string): boolean {
    if (!this.props.items.some((item) => this.props.keyOf(item) === key)) return false;
    this.#anchor = {key, above: -60};
    this.#place();
    this.forceUpdate();
    return true;
  }

  toEnd() {
    this.#anchor = "end";
    this.#place();
    this.forceUpdate();
    this.props.onAnchor?.("end");
  }

  /** Worked out again only when rows came or were measured: it goes over all of them. */
  #layout(items = this.props.items): {keys: string[]; offsets: Float64Array} {
    if (this.#laidOut?.items !== items || this.#laidOut.measured !== this.#measured) {
      const keys = this.#laidOut?.items === items ? this.#laidOut.keys : items.map(this.props.keyOf);
      this.#laidOut = {items, measured: this.#measured, keys, offsets: offsetsOf(keys, this.#heights, ESTIMATE)};
    }
    return this.#laidOut;
  }

  #measure() {
    const box = this.#box.current;
    if (!box) return;
    let changed = Math.abs(box.clientHeight - this.#height) > 1;
    this.#height = box.clientHeight;
    this.#lead = this.#rows.current?.offsetTop ?? 0;
    for (const row of this.#watched) {
      const key = (row as HTMLElement).dataset.key;
      const height = row.getBoundingClientRect().height;
      if (key === undefined || !height || Math.abs((this.#heights.get(key) ?? -1) - height) < 0.5) continue;
      this.#heights.set(key, height);
      this.#measured++;
      changed = true;
    }
    if (changed) this.forceUpdate();
  }

  #place() {
    const box = this.#box.current;
    if (!box) return;
    const {keys, offsets} = this.#layout();
    const top = topFor(this.#anchor, keys, offsets, this.#height);
    if (top === null) return;
    const wanted = this.#anchor === "end" ? box.scrollHeight - box.clientHeight : top + this.#lead;
    if (Math.abs(box.scrollTop - wanted) > 1) box.scrollTop = wanted;
    this.#top = box.scrollTop;
  }

  #onScroll = () => {
    const box = this.#box.current!;
    const {keys, offsets} = this.#layout();
    this.#top = box.scrollTop;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    this.#anchor = atEnd ? "end" : anchorAt(keys, offsets, this.#top - this.#lead, 0);
    this.props.onAnchor?.(this.#anchor);
    if (this.#top < NEAR_TOP) this.props.onNearTop?.();
    const {from, to} = rangeOf(offsets, this.#top - this.#lead, this.#top - this.#lead + this.#height, AROUND / 2);
    if (from < this.#shown.from || to > this.#shown.to) this.forceUpdate();
  };

  render({items, show, label, before}: Props<Item>) {
    const {keys, offsets} = this.#layout(items);
    const top = topFor(this.#anchor, keys, offsets, this.#height) ?? this.#top;
    this.#shown = rangeOf(offsets, top, top + this.#height, AROUND);
    const {from, to} = this.#shown;
    return (
      <div id="timeline" class="timeline" tabIndex={0} ref={this.#box} onScroll={this.#onScroll} role="region" aria-label={label}>
        {before}
        <ol id="entries" class="entries" ref={this.#rows}
            style={{paddingTop: `${offsets[from]}px`, paddingBottom: `${offsets[items.length]! - offsets[to]!}px`}}>
          {items.slice(from, to).map((item, i) => (
            <li key={keys[from + i]} data-key={keys[from + i]} class="row-box" aria-setsize={items.length} aria-posinset={from + i + 1}>
              {show(item, from + i)}
            </li>
          ))}
        </ol>
      </div>
    );
  }
}
