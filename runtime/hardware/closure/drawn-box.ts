// A box as it is drawn: what its profile knows, and what the hardware node says of its network interfaces.
import type { Box } from '../../model/box.ts';
import type { HardwareInterface } from '../../model/gateway.ts';

/** The sockets of the drawing with the labels and roles that they have there; those of the profile stay. */
export function drawnBox(box: Box, interfaces: readonly HardwareInterface[] = []): Box {
  const drawn = interfaces.map(({ label, device, role }) => ({
    label,
    management: role === 'management',
    address: { interface: device },
  }));
  return { ...box, ports: [...drawn, ...box.ports] };
}
