// Holds the state and tells its one reader, once per screen refresh, that it changed.
import {initialState, type State} from "./state.js";

export class Store {
  #state: State = initialState;
  #listeners = new Set<() => void>();
  #scheduled = false;

  get state(): State {
    return this.#state;
  }

  change(to: (state: State) => State): void {
    const next = to(this.#state);
    if (next === this.#state) return;
    this.#state = next;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A page in the background gets no animation frames, and still must show what came.
    if (document.hidden) setTimeout(() => this.#tell(), 50);
    else requestAnimationFrame(() => this.#tell());
  }

  patch(part: Partial<State>): void {
    this.change((state) => ({...state, ...part}));
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    this.#scheduled = false;
    for (const listener of this.#listeners) listener();
  }
}
