// What the embedded network can do: nearly everything changes in place, in no time worth forecasting.
import type { Kind } from '../../model/address.ts';
import type { DriverFacts, Mutability } from '../../model/driver.ts';
import { SPECS, type Spec } from '../../model/kind.ts';
import type { EdgeSpec } from '../../model/kinds/edge.ts';

export const DRIVER = 'vswitch';

const POLICY_LACKS = {
  log: 'there is no kernel log to write to',
  proxied: 'this switch does not look into Modbus TCP; draw the device as a bus, or use a Linux gateway',
};

export function factsOf<K extends Kind>(kind: K): DriverFacts<K> {
  const fields = Object.keys(SPECS[kind].shape).map(field => [field, howToChange(kind, field)] as const);
  return {
    ...{
      kind,
      driver: DRIVER,
      label: 'emulated',
      renames: true,
      rebuildWith: [],
      losesState: false,
      lacks: kind === 'policy' ? POLICY_LACKS : {},
    },
    mutable: Object.fromEntries(fields) as Partial<Record<keyof Spec<K> & string, Mutability>>,
    seconds: { create: 0.05, update: 0.05, restart: 0.05, remove: 0.05 },
  };
}

/** A leg goes on with its connections through any change but these, which break them. */
const BREAKING: readonly string[] = [
  'segment',
  'uplink',
  'inside',
  'outside',
  'nat',
] satisfies readonly (keyof EdgeSpec)[];

function howToChange(kind: Kind, field: string): Mutability {
  return kind === 'edge' && BREAKING.includes(field) ? 'restart' : 'live';
}
