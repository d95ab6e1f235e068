// The plan view: what the platform says about the drawing, gateway by gateway.
import type { PlatformState } from '../../../runtime/platform/platform-port.ts';
import { button, element } from '../../element.ts';
import { refusalText } from '../../refusal-text.ts';
import { createDriftClient } from '../drift/drift-client.ts';
import { driftView } from '../drift/drift-view.ts';
import type { SidebarView, SidebarWorld } from '../view.ts';
import { changesBar } from './changes-bar.ts';
import type { GatewayCommands } from './commands.ts';
import { findingsView } from './findings-view.ts';
import { type GatewayCard, gatewayCard } from './gateway-card.ts';
import { followTenantColours } from './tenant-colours.ts';

/** Makes the view; it follows the store from then on. */
export function planTab(world: SidebarWorld): SidebarView {
  const notice = element('div', { attributes: { role: 'status' } });
  const findings = element('div');
  const gateways = element('div');
  const cards = new Map<string, GatewayCard>();
  const commands = commandsOf(world);
  const driftClient = createDriftClient();
  let shownFindings = '';
  const update = () => {
    const { state, reachable } = world.store;
    notice.replaceChildren(...noticesOf(state, reachable, world));
    if (state === undefined) return;
    const faulty = state.diagnostics.some(diagnostic => diagnostic.severity === 'error');
    const key = JSON.stringify(state.diagnostics);
    if (key !== shownFindings) {
      shownFindings = key;
      findings.replaceChildren(
        ...(state.diagnostics.length === 0 ? [] : [findingsView(state.diagnostics, world.words)]),
      );
    }
    placeCards(gateways, cards, state, () =>
      gatewayCard({
        ...{ words: world.words, commands, mayApply: world.mayApply(), consoles: world.paths.consoles },
        drift: () => driftView(world, driftClient, commands.apply),
      }),
    );
    for (const gateway of state.gateways) cards.get(gateway.name)?.update(gateway, faulty);
  };
  world.store.onChange(update);
  followTenantColours(gateways);
  return { root: element('div', {}, notice, changesBar(world), findings, gateways) };
}

function noticesOf(state: PlatformState | undefined, reachable: boolean, world: SidebarWorld): HTMLElement[] {
  const { words, store } = world;
  if (!reachable)
    return [
      element(
        'p',
        { class: 'gw-banner gw-warning' },
        words('platform.away'),
        ' ',
        button(words('platform.retry'), () => store.refresh()),
      ),
    ];
  if (state === undefined) return [element('p', { class: 'gw-note' }, words('platform.asking'))];
  if (state.gateways.length > 0) return [];
  return [element('p', { class: 'gw-note' }, words('platform.empty'))];
}

/** Adds cards of new gateways, drops those of gateways that are gone, keeps the order of names. */
function placeCards(
  root: HTMLElement,
  cards: Map<string, GatewayCard>,
  state: PlatformState,
  make: () => GatewayCard,
): void {
  const names = state.gateways.map(gateway => gateway.name);
  if (names.join() === [...cards.keys()].join()) return;
  const kept = names.map(name => [name, cards.get(name) ?? make()] as const);
  cards.clear();
  for (const [name, card] of kept) cards.set(name, card);
  root.replaceChildren(...kept.map(([, card]) => card.root));
}

function commandsOf({ client, store, words, notify }: SidebarWorld): GatewayCommands {
  const run = (work: () => Promise<void>) => {
    work()
      .catch((error: unknown) => notify(refusalText(error, words), 'error'))
      .finally(() => store.refresh());
    store.refresh();
  };
  const report = (gateway: string, { outcome, message }: { readonly outcome: string; readonly message: string }) => {
    const good = outcome === 'applied' || outcome === 'rolled-back';
    notify(`${gateway}: ${words(`outcome.${outcome}`)} ${good ? '' : message}`.trim(), good ? 'success' : 'warning');
  };
  return {
    plan: gateway => run(() => client.plan(gateway)),
    apply: (gateway, hash) => run(async () => report(gateway, await client.apply(gateway, hash))),
    cancel: gateway => run(() => client.cancel(gateway)),
    rollback: gateway => run(async () => report(gateway, await client.rollback(gateway))),
    wayBack: gateway =>
      client.wayBack(gateway).catch((error: unknown) => {
        notify(refusalText(error, words), 'error');
        return undefined;
      }),
  };
}
