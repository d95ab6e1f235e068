// The form of an uplink: it suggests the interfaces that the gateway's hardware has.
import facts from 'facts:uplink';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import type { Suggestion } from '../../editor/form/typed-field.ts';
import { interfaceLabels } from '../../editor/node-names.ts';
import { socketsOfBox } from '../hardware/form/box-client.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#0072B2',
  icon: 'gatewright-uplink.svg',
  align: 'right',
  required: ['name', 'gateway', 'interface'],
  checks: { name: checks.name, interface: checks.name },
  suggestions: { interface: uplinkInterfaces },
});

/** Labels that are drawn, with what each connector is on the real box where that is known. */
async function uplinkInterfaces(gateway: string): Promise<readonly Suggestion[]> {
  const drawn = interfaceLabels(String($('#node-input-gateway').val() ?? ''));
  const sockets = await socketsOfBox(gateway);
  return drawn.map(value => {
    const socket = sockets.find(({ name }) => name === value);
    return socket === undefined
      ? { value }
      : { value, what: [value, socket.device, socket.mac].filter(Boolean).join(', ') };
  });
}
