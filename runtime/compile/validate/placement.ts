// VMs that want processors or memory of their own must find them in the box that is drawn.
import type { Compute } from '../../model/compute.ts';
import type { HardwareProfile } from '../../model/gateway.ts';
import { drawnPlacement, hostPlacement } from '../../model/placement.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkPlacement({ scope, gateways, resources, findings }: Compilation): void {
  for (const [gateway, vms] of Map.groupBy(draftsOf('vm', resources), gatewayOf)) {
    const node = scope.hardwareNode(gateway);
    const box = node === undefined || node.broken ? undefined : scope.facets(node).hardware?.box;
    const compute = { ...drawnCompute(gateways[gateway]?.hardware), ...box?.compute };
    for (const finding of [...drawnPlacement(vms), ...hostPlacement(vms, compute, gateway)]) findings.add(finding);
  }
}

/** What a hardware node says by itself: how many CPUs there are. What the kernel keeps for VMs only a box says that was probed. */
function drawnCompute(hardware: HardwareProfile | undefined): Compute {
  return hardware === undefined ? {} : { cpus: Array.from({ length: hardware.vcpus }, (_, cpu) => cpu) };
}
