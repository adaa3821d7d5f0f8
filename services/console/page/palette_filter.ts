// Finds by what one remembers of a name: every word of the query begins a word of it, accents and case aside. Pure.

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const wordsOf = (text: string): string[] => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** Those that match; the ones whose name begins with the query come first, otherwise the order is kept. */
export function matching<Item>(query: string, items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const wanted = wordsOf(query);
  if (!wanted.length) return [...items];
  const found = items.filter((item) => {
    const words = wordsOf(nameOf(item));
    return wanted.every((want) => words.some((word) => word.startsWith(want)));
  });
  const first = (item: Item) => Number(!plain(nameOf(item)).startsWith(plain(query.trim())));
  return found.map((item, i) => ({item, i})).sort((a, b) => first(a.item) - first(b.item) || a.i - b.i).map(({item}) => item);
}
