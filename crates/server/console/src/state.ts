/** A value that components follow. */

import { useEffect, useState } from 'preact/hooks';

export class State<T> {
  readonly #followers = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    for (const follower of this.#followers) follower();
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}

export function useValue<T>(state: State<T>): T {
  const [value, setValue] = useState(state.get());
  useEffect(() => {
    // It may have changed between the drawing and this effect.
    setValue(() => state.get());
    return state.follow(() => setValue(() => state.get()));
  }, [state]);
  return value;
}
