// Lists of ids that two people changed: what either added is in, what either took out is not. Pure.

/** @param base  before either changed it */
export function mergeMembers(
  base: readonly unknown[],
  mine: readonly unknown[],
  theirs: readonly unknown[],
): readonly unknown[] {
  const kept = mine.filter(one => theirs.includes(one) || !base.includes(one));
  return [...kept, ...theirs.filter(one => !base.includes(one) && !kept.includes(one))];
}

/** Wires, output by output. */
export function mergeWires(base: unknown, mine: unknown, theirs: unknown): readonly (readonly unknown[])[] {
  const [before, here, there] = [portsOf(base), portsOf(mine), portsOf(theirs)];
  const ports = Math.max(here.length, there.length);
  return Array.from({ length: ports }, (_none, port) =>
    mergeMembers(before[port] ?? [], here[port] ?? [], there[port] ?? []),
  );
}

function portsOf(wires: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(wires) ? wires.map(port => (Array.isArray(port) ? port : [])) : [];
}
