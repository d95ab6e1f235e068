// What can be wrong with the devices behind the connectors of a box.
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { portFinding } from '../../runtime/model/serial-name.ts';
import type { HardwareConfig } from './config.ts';

/** Reports devices that are named twice, and those whose number may change. */
export function reportDevices(node: DrawnNode<HardwareConfig>, scope: Pick<Scope, 'report'>): void {
  const seen = new Set<string>();
  for (const [index, { device }] of node.config.interfaces.entries()) {
    if (device === '') continue;
    const field = `interfaces[${index}].device`;
    if (seen.has(device))
      scope.report({
        code: 'GW_ENTRY_TWICE',
        node,
        field,
        summary: `Two interfaces of ${node.label} are the device ${device}.`,
        remedy: 'Give each a device of its own.',
      });
    seen.add(device);
    const numbered = portFinding(device);
    if (numbered !== undefined) scope.report({ severity: 'warning', node, field, ...numbered });
  }
}
