// What the drawing was when it was loaded or deployed last: what somebody changed is told from that.

export interface Base {
  /** As the server has it. */
  readonly stored: readonly unknown[];
  /** As the editor gives it back untouched: it adds what a stored flow may lack. */
  readonly shown: readonly unknown[];
}

export interface Bases {
  /** @param revision  of the server's flow that the editor began with */
  of(revision: string | null): Base;
  add(revision: string, base: Base): void;
}

/** An undo may lead back to any of them; more are not kept. */
const MOST = 8;

/** Follows the editor from now on. */
export function rememberBases(): Bases {
  const known = new Map<string, Base>();
  const add = (revision: string, base: Base) => {
    known.delete(revision);
    known.set(revision, base);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  };
  const now = (shown: () => readonly unknown[]) => {
    const revision = RED.nodes.version();
    if (revision !== null) add(revision, { stored: RED.nodes.originalFlow() ?? [], shown: shown() });
  };
  RED.events.on('flows:loaded', () => now(drawn));
  RED.events.on('deploy', () => now(() => RED.nodes.originalFlow() ?? []));
  return {
    of: revision => known.get(revision ?? '') ?? original(),
    add,
  };
}

/** Flow JSON as it is in the editor now. */
export function drawn(): readonly unknown[] {
  return RED.nodes.createCompleteNodeSet({ credentials: true });
}

function original(): Base {
  const stored = RED.nodes.originalFlow() ?? [];
  return { stored, shown: stored };
}
