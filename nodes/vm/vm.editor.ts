// The form of a tenant VM: each network card is an output.
import facts from 'facts:vm';
import { consolePath, openConsole } from '../../editor/canvas/consoles.ts';
import { isRunning } from '../../editor/canvas/state-shapes.ts';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';
import { imagesOf } from './images-client.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#009E73',
  icon: 'gatewright-vm.svg',
  required: ['name', 'tenant', 'gateway', 'image'],
  checks: {
    name: checks.name,
    was: checks.name,
    image: checks.image,
    kernelArguments: checks.kernelArguments,
    vcpuPins: checks.hostCpuList,
    emulatorPin: checks.hostCpus,
  },
  prepare(node) {
    // Until it runs it has nothing to say.
    $('#gw-row-console').toggle(isRunning(node.status) && consolePath(node) !== undefined);
    $('#gw-vm-console').on('click', () => void openConsole(node));
  },
  suggestions: { image: gateway => imagesOf(gateway, drawnImages()) },
  lists: [
    {
      field: 'nics',
      isPorts: true,
      columns: [
        { field: 'name', kind: 'text', check: checks.name },
        { field: 'mac', kind: 'text', grow: 1.6, check: checks.mac },
        { field: 'address', kind: 'text', grow: 1.3, check: checks.ipv4 },
      ],
      fresh: entries => ({ name: freshName('eth', entries, 'name'), mac: '', address: '' }),
    },
  ],
});

function drawnImages(): readonly string[] {
  const images = new Set<string>();
  RED.nodes.eachNode(({ type, image }) => {
    if (type === 'gatewright-vm' && typeof image === 'string' && image !== '') images.add(image);
    return undefined;
  });
  return [...images].sort();
}
