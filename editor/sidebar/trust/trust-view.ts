// The Trust view: how the machines of each gateway are proven. Asks for nothing while nobody sees it.
import type { Name } from '../../../runtime/model/address.ts';
import type { MachineName } from '../../../runtime/model/attestation.ts';
import { element } from '../../element.ts';
import { later } from '../../later.ts';
import { refusalText } from '../../refusal-text.ts';
import { revealNode } from '../../reveal.ts';
import { save } from '../../traffic/download.ts';
import { keyedRows } from '../keyed-rows.ts';
import type { SidebarView, SidebarWorld } from '../view.ts';
import { fileName } from './kept-record.ts';
import { machineCard } from './machine-card.ts';
import type { GateSight, MachineSight } from './machines.ts';
import { createTrustClient, type TrustClient } from './trust-client.ts';
import { type TrustSight, TrustStore } from './trust-store.ts';

export function trustView(world: SidebarWorld): SidebarView {
  const client = createTrustClient();
  const note = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const list = element('div');
  const gateways = () => world.store.state?.gateways ?? [];
  const store = new TrustStore({ client, gateways, nowMs: Date.now, later }, () => update());
  const show = keyedRows<TrustSight>(
    list,
    ({ gateway }) => gateway,
    ({ gateway }) => gatewayPart(gateway, { world, client, store }),
  );
  let seen = false;
  const update = () => {
    if (!seen) return;
    const sights = store.sights();
    note.textContent = sights.length === 0 ? world.words('platform.empty') : '';
    note.hidden = note.textContent === '';
    show(sights);
  };
  world.store.onChange(() => {
    store.stateChanged();
    update();
  });
  return {
    root: element('div', { class: 'gw-trust' }, note, list),
    show(isSeen) {
      if (isSeen === seen) return;
      seen = isSeen;
      store.watch(isSeen);
      update();
    },
  };
}

interface Context {
  readonly world: SidebarWorld;
  readonly client: TrustClient;
  readonly store: TrustStore;
}

function gatewayPart(gateway: Name, context: Context) {
  const { words } = context.world;
  const note = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const list = element('div');
  const show = keyedRows<MachineSight>(
    list,
    ({ machine }) => machine,
    ({ machine }) => cardOf(gateway, machine, context),
  );
  const text = ({ connected, isDrawn, machines, why }: TrustSight) => {
    if (!connected) return words('trust.away');
    if (why !== undefined) return why;
    if (machines === undefined) return words('trust.asking');
    if (machines.length > 0) return '';
    return words(isDrawn ? 'trust.planned' : 'trust.none');
  };
  return {
    root: element('section', { class: 'gw-traffic-gateway' }, element('h3', {}, gateway), note, list),
    update(sight: TrustSight) {
      const told = text(sight);
      if (note.textContent !== told) note.textContent = told;
      note.hidden = told === '';
      show(sight.machines ?? []);
    },
  };
}

function cardOf(gateway: Name, machine: MachineName, { world, client, store }: Context) {
  const { words } = world;
  const run = (done: string, work: () => Promise<void>) => {
    work()
      .then(
        () => world.notify(words(`trust.done.${done}`), 'success'),
        (error: unknown) => world.notify(refusalText(error, words), 'error'),
      )
      .finally(() => store.refresh());
  };
  return machineCard({
    ...{ words, gateway, nowMs: Date.now, mayApply: world.mayApply },
    history: most => client.history(gateway, machine, most),
    save: ({ number, text }) =>
      save(new Blob([text], { type: 'application/json' }), fileName(gateway, machine, number)),
    commands: {
      ask: () => run('ask', () => client.ask(gateway, machine)),
      learn: () => run('learn', () => client.learn(gateway, machine)),
      approve: key => run('approve', () => client.approve(gateway, machine, key)),
      enrolBox: () => run('enrol', () => client.enrolBox(gateway)),
      reveal: gate => void revealGate(gate, world),
    },
  });
}

async function revealGate({ address }: GateSight, { client, words, notify }: SidebarWorld): Promise<void> {
  const design = await client.design().catch(() => null);
  const source = design?.resources[address]?.source.node;
  if (source === undefined) notify(words('trust.notDrawn'), 'warning');
  else revealNode(source);
}
