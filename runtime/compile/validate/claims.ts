// What the drawing wants of each box: whether VMs can be given what is drawn for them. Of a box whose profile is not drawn only
// what two want is known; the agent proves all of it again on the box itself.
import { claimsOf } from '../../hardware/closure/claim.ts';
import { drawnBox } from '../../hardware/closure/drawn-box.ts';
import { proveClaims } from '../../hardware/closure/prove.ts';
import type { Name } from '../../model/address.ts';
import { type Box, UNKNOWN_BOX } from '../../model/box.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkClaims({ scope, resources, findings }: Compilation): void {
  for (const [gateway, own] of Map.groupBy(resources, gatewayOf)) {
    const claims = claimsOf(own);
    // One alone, of the host, is in nobody's way.
    if (claims.length < 2 && claims.every(({ owner }) => owner === 'host')) continue;
    const sources = new Map(own.map(({ address, source }) => [address, source]));
    for (const { address, related, ...finding } of proveClaims({ box: boxOf(gateway, scope), claims })) {
      const source = sources.get(address);
      if (source !== undefined)
        findings.add({ ...finding, source, related: related.flatMap(one => sources.get(one) ?? []) });
    }
  }
}

function boxOf(gateway: Name, scope: Compilation['scope']): Box {
  const node = scope.hardwareNode(gateway);
  const hardware = node === undefined || node.broken ? undefined : scope.facets(node).hardware;
  return drawnBox(hardware?.box ?? UNKNOWN_BOX, hardware?.profile.interfaces);
}
