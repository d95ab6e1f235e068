// Checks between buses: each device has one owner, and each VM one field line.
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkLines({ resources, findings }: Compilation): void {
  const owners = new Map<string, Draft<'line'>>();
  const taken = new Map<string, Draft<'line'>>();
  for (const line of draftsOf('line', resources)) {
    const owner = ownerOf(line, owners);
    if (owner !== undefined)
      findings.add({
        code: 'GW_LINE_DEVICE_TWICE',
        source: line.source,
        field: 'settings',
        summary: `The buses ${owner.source.label} and ${line.source.label} both use ${line.spec.device}.`,
        remedy: 'Draw one bus, and wire every VM to it: it is shared.',
        related: [owner.source],
      });
    for (const { vm } of line.spec.ports) {
      const other = taken.get(vm);
      taken.set(vm, other ?? line);
      if (other === undefined) continue;
      const twice = other === line ? `twice to the bus ${line.source.label}` : `to the bus ${other.source.label} too`;
      findings.add({
        code: 'GW_LINE_SECOND',
        source: line.source,
        summary: `The bus ${line.source.label} is wired to ${vm}, which is wired ${twice}; a VM has one field line.`,
        remedy: 'Keep one wire.',
        related: [other.source],
      });
    }
  }
}

/** Who has the device already; a bus that holds none clashes with nobody. */
function ownerOf(line: Draft<'line'>, owners: Map<string, Draft<'line'>>): Draft<'line'> | undefined {
  if (line.spec.device === undefined) return undefined;
  const key = `${gatewayOf(line)} ${line.spec.device}`;
  const owner = owners.get(key);
  owners.set(key, owner ?? line);
  return owner;
}
