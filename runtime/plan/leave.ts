// What shall be, with some of its differences left as they are: the diff taken back, field by field. Walks as the diff walks.
import { isItem, matchByKey } from './natural-key.ts';

type Left = ReadonlySet<string>;

/**
 * `to`, but with what `from` has at every named path. What is left is no difference any more; every other one stays. One item too
 * many at the end of a list without names can only be left together with those before it.
 *
 * @param from  what is
 * @param to    what shall be
 * @param left  paths as `diff(from, to)` gives them; others are without effect
 */
export function leave(from: unknown, to: unknown, left: Left, path = ''): unknown {
  if (left.has(path)) return from;
  if (Array.isArray(from) && Array.isArray(to)) return leaveInList(from, to, left, path);
  if (isItem(from) && isItem(to)) return leaveInItem(from, to, left, path);
  return to;
}

function leaveInItem(from: Item, to: Item, left: Left, path: string): unknown {
  const names = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  const fields = names.flatMap(name => {
    const value = leave(from[name], to[name], left, path === '' ? name : `${path}.${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(fields);
}

type Item = Readonly<Record<string, unknown>>;

function leaveInList(from: readonly unknown[], to: readonly unknown[], left: Left, path: string): readonly unknown[] {
  const matched = from.length + to.length === 0 ? undefined : matchByKey(from, to);
  if (matched !== undefined) return leaveNamed(matched.from, matched.to, left, path);
  if (from.length !== to.length && [...from, ...to].every(value => typeof value !== 'object' || value === null))
    return leaveMembers(from, to, left, path);
  const list: unknown[] = [];
  for (let index = 0; index < Math.max(from.length, to.length); index++) {
    const value = leave(from[index], to[index], left, `${path}[${index}]`);
    if (value === undefined) break;
    list.push(value);
  }
  return list;
}

function leaveNamed(
  from: ReadonlyMap<string, unknown>,
  to: ReadonlyMap<string, unknown>,
  left: Left,
  path: string,
): readonly unknown[] {
  const kept = new Map<string, unknown>();
  for (const key of new Set([...from.keys(), ...to.keys()])) {
    const value = leave(from.get(key), to.get(key), left, `${path}[${key}]`);
    if (value !== undefined) kept.set(key, value);
  }
  const [leading, following] = left.has(`${path}.order`) ? [from, to] : [to, from];
  const order = [...leading.keys()].filter(key => kept.has(key));
  const rest = [...following.keys()];
  for (const [place, key] of rest.entries())
    if (kept.has(key) && !order.includes(key)) order.splice(placeAfter(rest.slice(0, place), order), 0, key);
  return order.map(key => kept.get(key));
}

/** Behind the nearest neighbour that is there already. */
function placeAfter(before: readonly string[], order: readonly string[]): number {
  return order.indexOf(before.findLast(key => order.includes(key)) ?? '') + 1;
}

/** A list of scalars is a bag to the diff: what came is left out, what went is left in. Where anything is left, so is the order. */
function leaveMembers(from: readonly unknown[], to: readonly unknown[], left: Left, path: string): readonly unknown[] {
  const isLeft = (value: unknown) => left.has(`${path}[${value}]`);
  if (![...from, ...to].some(isLeft)) return to;
  const came = [...to];
  const kept = from.filter(value => takeOut(came, value) || isLeft(value));
  return [...kept, ...came.filter(value => !isLeft(value))];
}

/** Takes a member out of a bag once; whether it was there. */
function takeOut(bag: unknown[], value: unknown): boolean {
  const place = bag.indexOf(value);
  if (place >= 0) bag.splice(place, 1);
  return place >= 0;
}
