// The form of a hardware profile: a model fills in what its data sheet says.
import facts from 'facts:hardware';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';
import { type ListForm, replaceEntries } from '../../editor/list-form.ts';
import { HARDWARE_MODELS } from './models.ts';

const interfaces: ListForm = {
  field: 'interfaces',
  isPorts: true,
  columns: [
    { field: 'label', kind: 'text', check: checks.name },
    { field: 'device', kind: 'text', check: checks.device },
    { field: 'role', kind: 'choice', choices: ['management', 'plant', 'uplink'] },
    { field: 'mac', kind: 'text', grow: 1.4, check: checks.mac },
  ],
  fresh: entries => ({ label: freshName('lan-', entries, 'label', 1), device: '', role: 'plant', mac: '' }),
};

defineNode(facts, {
  category: 'gateway',
  color: '#8A8F98',
  icon: 'gatewright-hardware.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name },
  lists: [interfaces],
  prepare(node) {
    const model = $('#node-input-model');
    for (const { id, title } of HARDWARE_MODELS) model.append($('<option>').val(id).text(title));
    model.val(String(node.model ?? 'custom'));
    let chosen = model.val();
    model.on('change', () => {
      // Node-RED says "change" once when the form opens; only a choice of the user fills anything in.
      if (model.val() === chosen) return;
      chosen = model.val();
      fillIn(String(chosen));
    });
  },
});

function fillIn(id: string): void {
  const model = HARDWARE_MODELS.find(candidate => candidate.id === id);
  if (model === undefined) return;
  $('#node-input-vcpus').val(model.vcpus);
  $('#node-input-memoryMiB').val(model.memoryMiB);
  replaceEntries(
    interfaces,
    model.interfaces.map(entry => ({ ...entry, device: '', mac: '' })),
  );
}
