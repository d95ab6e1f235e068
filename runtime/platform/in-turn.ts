// Works one after the other, in the order in which they were asked for, whatever becomes of each.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const next = last.catch(() => undefined).then(work); // an earlier failure was told to whoever asked for it
    last = next;
    return next;
  };
}
