// The form of a hardware node: a model fills in what is known of it, and says how well.
import facts from 'facts:hardware';
import known from 'form-facts:hardware';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { element } from '../../editor/element.ts';
import { freshName } from '../../editor/fresh-name.ts';
import { type ListForm, readList, replaceEntries } from '../../editor/list-form.ts';
import { faceOf } from './face.ts';
import type { formFacts } from './hardware.form-facts.ts';
import { migrateHardware } from './migrate.ts';

const MODELS = known as typeof formFacts;
type Model = (typeof MODELS)[number];

const NETWORK = { field: 'kind', is: ['ethernet'] };

const interfaces: ListForm = {
  field: 'interfaces',
  isPorts: true,
  columns: [
    { field: 'label', kind: 'text', check: checks.name },
    { field: 'kind', kind: 'choice', choices: ['ethernet', 'serial', 'can'] },
    { field: 'device', kind: 'text', grow: 1.4, check: checks.connectorDevice },
    { field: 'role', kind: 'choice', choices: ['management', 'plant', 'uplink'], only: NETWORK },
    { field: 'mac', kind: 'text', grow: 1.2, check: checks.mac, only: NETWORK },
  ],
  fresh: entries => ({
    ...{ label: freshName('lan-', entries, 'label', 1), kind: 'ethernet', device: '', role: 'plant', mac: '' },
  }),
};

defineNode(facts, {
  category: 'gateway',
  color: '#8A8F98',
  icon: 'gatewright-hardware.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name },
  migrate: migrateHardware,
  lists: [interfaces],
  prepare(node) {
    const model = $('#node-input-model');
    for (const { id, title } of MODELS) model.append($('<option>').val(id).text(title));
    model.val(String(node.model ?? 'custom'));
    let chosen = model.val();
    showSources(node, modelOf(chosen));
    showFace(node);
    // Rows come and go with a click, and move when one is let go.
    $('#gw-list-interfaces')
      .closest('.form-row')
      .on('input change click mouseup', () => setTimeout(() => showFace(node), 0));
    model.on('change', () => {
      // Node-RED says "change" once when the form opens; only a choice of the user fills anything in.
      if (model.val() === chosen) return;
      chosen = model.val();
      const found = modelOf(chosen);
      showSources(node, found);
      if (found !== undefined) fillIn(found);
      showFace(node);
    });
  },
});

function modelOf(id: unknown): Model | undefined {
  return MODELS.find(candidate => candidate.id === id);
}

/** What the profile does not know stays as it is. */
function fillIn({ vcpus, memoryMiB, interfaces: sockets }: Model): void {
  if (vcpus !== undefined) $('#node-input-vcpus').val(vcpus);
  if (memoryMiB !== undefined) $('#node-input-memoryMiB').val(memoryMiB);
  replaceEntries(
    interfaces,
    sockets.map(({ label, kind, role }) => ({ label, kind, role, device: '', mac: '' })),
  );
}

/** What the list says now, as the box would look. A socket that is clicked leads to its row. */
function showFace(node: EditorNode): void {
  const place = $('#gw-face');
  const sockets = readList(interfaces).map(({ label, kind, role }) => ({
    ...{
      label: String(label ?? ''),
      kind: String(kind ?? ''),
      role: kind === 'ethernet' ? String(role ?? '') : 'field',
    },
  }));
  const text = JSON.stringify(sockets);
  // Drawn anew only when something changed, so that nothing flickers.
  if (place.data('sockets') === text) return;
  const row = (index: number) => $('#gw-list-interfaces').find('[data-gw-field="label"]').eq(index).trigger('focus');
  place
    .data('sockets', text)
    .empty()
    .append(faceOf(sockets, node._('label.face'), row));
}

/** Where the figures of a model are from, so that nobody takes for a fact what is only remembered. */
function showSources(node: EditorNode, model: Model | undefined): void {
  const items = (model?.sources ?? []).map(({ confidence, source }) =>
    element('li', {}, `${node._(`label.confidence.${confidence}`)}: ${source}`),
  );
  $('#gw-model-sources')
    .empty()
    .append(...items);
}
