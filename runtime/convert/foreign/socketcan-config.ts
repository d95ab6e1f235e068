// The config node of node-red-contrib-socketcan: a CAN interface of the kernel.
import { CAN_PACK } from '../can/frames.ts';
import { hasVariable, textField } from '../foreign-fields.ts';
import { type ForeignType, notConverted } from '../foreign-type.ts';

export const socketcanConfig: ForeignType = {
  type: 'socketcan-config',
  pack: CAN_PACK,
  read(node) {
    const name = textField(node, 'interface');
    if (!/^[\w.-]{1,15}$/.test(name) && !hasVariable(name))
      return notConverted('It names no interface of the kernel. Write one such as can0.');
    const virtual = name.startsWith('vcan') ? [`${name} has no wire: it is for trying things out.`] : [];
    return {
      ...{
        is: 'line',
        protocol: 'can',
        name,
        what: `CAN at ${name}`,
        device: name,
        settings: { interface: name },
        notes: virtual,
      },
      inside: 'slcand makes a CAN interface of /dev/ttyS1 in it, and the program there goes on as before',
    };
  },
};
