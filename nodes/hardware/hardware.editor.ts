// The form of a hardware node: where its box is known from, a picture of it, its connectors, and how they fit the real box.
import facts from 'facts:hardware';
import known from 'form-facts:hardware';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';
import type { ListForm } from '../../editor/list-form.ts';
import { lightWires } from '../../editor/lit-wires.ts';
import { BoxForm } from './form/box-form.ts';
import type { formFacts } from './hardware.form-facts.ts';
import { migrateHardware } from './migrate.ts';
import { portKindOf } from './port-kind.ts';

const MODELS = known as typeof formFacts;

const NETWORK = { field: 'kind', is: ['ethernet'] };

const interfaces: ListForm = {
  field: 'interfaces',
  isPorts: true,
  portKind: ({ kind }) => portKindOf(kind),
  columns: [
    { field: 'label', kind: 'text', check: checks.name },
    { field: 'kind', kind: 'choice', choices: ['ethernet', 'serial', 'can', 'usb', 'pci', 'tpm'] },
    { field: 'device', kind: 'text', grow: 1.4, check: checks.connectorDevice },
    { field: 'role', kind: 'choice', choices: ['management', 'plant', 'uplink'], only: NETWORK },
    { field: 'mac', kind: 'text', grow: 1.2, check: checks.mac, only: NETWORK },
  ],
  fresh: entries => ({
    ...{ label: freshName('lan-', entries, 'label', 1), kind: 'ethernet', device: '', role: 'plant', mac: '' },
  }),
};

let form: BoxForm | undefined;

defineNode(facts, {
  category: 'gateway',
  color: '#8A8F98',
  icon: 'gatewright-hardware.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name },
  migrate: migrateHardware,
  lists: [interfaces],
  drawn: {
    profile: {
      prepare(node) {
        form = new BoxForm({
          ...{ node, list: interfaces, models: MODELS },
          gateway: () => RED.nodes.node(String($('#node-input-gateway').val() ?? ''))?.name ?? '',
          wiredTo: port =>
            RED.nodes.getNodeLinks(node.id, 0).flatMap(link => (link.sourcePort === port ? [nameOf(link)] : [])),
          light: port => lightWires(node.id, port),
        });
      },
      read: () => form?.profile() ?? null,
      faults: (node, value) => (isProfile(value) ? [] : [node._('check.profile')]),
    },
  },
});

// Whatever closes the form, the canvas speaks of no connector any more.
RED.events.on('editor:close', () => lightWires(''));

function nameOf({ target }: EditorLink): string {
  return target.name || target._('palette');
}

function isProfile(value: unknown): boolean {
  const schema = (value as { readonly schema?: unknown } | null | undefined)?.schema;
  return value === null || value === undefined || schema === 'gatewright-hardware-profile';
}
