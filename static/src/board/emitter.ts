/** A small typed event source; listeners leave with the AbortSignal they came with. */

export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void, signal?: AbortSignal): void {
    if (signal?.aborted) return;
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    set.add(listener as (payload: never) => void);
    signal?.addEventListener("abort", () => set.delete(listener as (payload: never) => void), { once: true });
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])])
      (listener as (payload: Events[Name]) => void)(payload);
  }
}
