// Drawings of others in the editor: entries of the menu, and an offer after an import that brought nodes of packs that are known.
import { element } from '../element.ts';
import { loadOnDemand } from '../on-demand.ts';
import type { Words } from '../words.ts';
import { foreignTypes } from './exchange-client.ts';
import { importedIds, packCounts, typeOf } from './imported.ts';

type Dialogs = typeof import('./exchange.on-demand.ts');
type Notify = Parameters<Dialogs['openConversion']>[1];

const MENU = 'red-ui-header-button-sidemenu';
/** Nodes of one import come one after the other. */
const TOGETHER_MS = 300;

export function addExchange(words: Words, notify: Notify): void {
  const open = (work: (dialogs: Dialogs) => unknown) => () =>
    void loadOnDemand<Dialogs>('exchange')
      .then(work)
      .catch(() => notify(words('exchange.away'), 'error'));
  const convert = open(({ openConversion }) => openConversion(words, notify));
  const entries = [
    { id: 'convert-flow', label: words('exchange.conversion'), run: convert },
    {
      id: 'import-domain',
      label: words('exchange.importDomain'),
      run: open(one => one.openDomainImport(words, notify)),
    },
    { id: 'export-design', label: words('exchange.export'), run: open(one => one.exportDesign(words, notify)) },
  ];
  for (const { id, label, run } of entries) RED.actions.add(`gatewright:${id}`, run, { label });
  RED.menu.addItem(MENU, {
    id: 'menu-item-gatewright',
    label: words('tab.label'),
    options: entries.map(({ id, label }) => ({
      id: `menu-item-gatewright-${id}`,
      label,
      onselect: `gatewright:${id}`,
    })),
  });
  void offerAfterImports(words, convert);
}

/** Whoever has no right to read gets no offers. */
async function offerAfterImports(words: Words, convert: () => void): Promise<void> {
  const packs = await foreignTypes().catch(() => ({}));
  let waiting: ReturnType<typeof setTimeout> | undefined;
  RED.events.on('nodes:add', (node: EditorNode) => {
    if (!Object.hasOwn(packs, typeOf(node))) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => offer(packs, words, convert), TOGETHER_MS);
  });
}

function offer(packs: Readonly<Record<string, string>>, words: Words, convert: () => void): void {
  const nodes = [...importedIds(RED.history.peek())].flatMap(id => RED.nodes.node(id) ?? []);
  const found = packCounts(nodes.map(typeOf), packs);
  if (found.length === 0) return;
  const lines = found.map(({ pack, count }) => element('p', {}, words('exchange.offer', { count, pack })));
  const notification = RED.notify(
    element('div', {}, ...lines, element('p', {}, words('exchange.offerWhat'))).innerHTML,
    {
      fixed: true,
      buttons: [
        { text: words('exchange.notNow'), click: () => notification.close() },
        {
          text: words('exchange.offerConvert'),
          class: 'primary',
          click() {
            notification.close();
            convert();
          },
        },
      ],
    },
  );
}
