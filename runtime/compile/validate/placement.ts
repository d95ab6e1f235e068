// VMs that want processors or memory of their own must find them in the box that is drawn.
import type { Compute } from '../../model/compute.ts';
import type { HardwareProfile } from '../../model/gateway.ts';
import { drawnPlacement, hostPlacement } from '../../model/placement.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkPlacement({ gateways, resources, findings }: Compilation): void {
  for (const [gateway, vms] of Map.groupBy(draftsOf('vm', resources), gatewayOf)) {
    const found = [...drawnPlacement(vms), ...hostPlacement(vms, computeOf(gateways[gateway]?.hardware), gateway)];
    for (const finding of found) findings.add(finding);
  }
}

/** What a drawing says of a box: how many CPUs it has. What its kernel was told to keep for VMs only the box itself knows. */
function computeOf(hardware: HardwareProfile | undefined): Compute {
  return hardware === undefined ? {} : { cpus: Array.from({ length: hardware.vcpus }, (_, cpu) => cpu) };
}
