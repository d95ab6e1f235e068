// A network card of the box is lent once: two uplink nodes must not name one card.
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkUplinkCards({ resources, findings }: Compilation): void {
  const owners = new Map<string, Draft<'uplink'>>();
  for (const uplink of draftsOf('uplink', resources)) {
    const gateway = gatewayOf(uplink);
    const key = `${gateway} ${uplink.spec.device}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, uplink);
    else
      findings.add({
        code: 'GW_UPLINK_TWICE',
        source: uplink.source,
        field: 'interface',
        summary: `${owner.source.label} and ${uplink.source.label} use the same interface of ${gateway}.`,
        remedy: 'Delete one of them and wire what it served to the other.',
        related: [owner.source],
      });
  }
}
