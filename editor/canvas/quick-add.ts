// Offers, at the open end of a wire, only nodes that fit there; ours first. Node-RED's quick-add dialog knows no filter of others, so
// its list is thinned out after it was made; where a version of Node-RED has no such list, it stays as it is.
import { drawingOf, type OurDefinition, wiredNode } from '../drawing.ts';
import { linkOf } from '../lit-wires.ts';
import { type Asks, type Offer, whatFollows, whatPrecedes } from '../wires/fitting.ts';

/** One line of the dialog, as Node-RED keeps it. */
interface Line {
  readonly type?: string;
  /** Of those that people want most often, which Node-RED shows a second time above all others. */
  readonly common?: boolean;
  readonly def?: EditorNodeDefinition;
  readonly element?: JQuery;
  /** Its place. */
  i: number;
}

const OUTPUT = 0;
/** Node-RED clears what was typed at once, and looks at its list a moment later. */
const SOON_MS = 100;
const LIST = '#red-ui-type-search ol';

export function addQuickAddFilter(): void {
  const { typeSearch } = RED;
  if (typeof typeSearch?.show !== 'function' || typeof typeSearch.refresh !== 'function') return;
  const [show, refresh] = [typeSearch.show, typeSearch.refresh];
  const pressed = lastPressedWire();
  let asks: Asks | undefined;
  const fill = (fillList: (options: EditorTypeSearch) => void, options: EditorTypeSearch) => {
    if (asks === undefined) return fillList(options);
    // Node-RED's own filter would leave out our nodes whose outputs depend on their fields.
    const { filter: _filter, ...open } = options;
    fillList(open);
    thinOut(asks);
  };
  typeSearch.show = options => {
    asks = asked(options, pressed());
    let kept = 0;
    const { add } = options;
    fill(show, {
      ...options,
      add(type, keepAdding) {
        add?.(type, keepAdding);
        asks = keepAdding === true ? afterAdded() : undefined;
        // Node-RED makes the list anew after the first node only.
        if (keepAdding === true && kept > 0) setTimeout(() => typeSearch.refresh({ filter: { input: true } }), SOON_MS);
        kept += 1;
      },
    });
  };
  // Called when the dialog stays open for the next node.
  typeSearch.refresh = options => fill(refresh, options);
}

/** What the dialog is opened for; `undefined` = nothing that we could tell. */
function asked({ filter, context }: EditorTypeSearch, pressed: EditorLink | undefined): Asks | undefined {
  const drawing = drawingOf();
  if (filter?.type !== undefined || context?.virtualLink === true) return undefined;
  if (context?.source !== undefined) {
    const node = wiredNode(context.source);
    if (context.sourcePortType !== OUTPUT) return whatPrecedes(node, drawing);
    return whatFollows({ node, port: context.sourcePort ?? 0 }, drawing);
  }
  if (filter?.input !== true || filter.output !== true || pressed === undefined) return undefined;
  // A node that is put into a wire.
  const before = whatFollows({ node: wiredNode(pressed.source), port: pressed.sourcePort }, drawing);
  const behind = whatPrecedes(wiredNode(pressed.target), drawing);
  return before && behind && (offer => before(offer) && behind(offer));
}

/** The next node will be wired to the one that was added, which is selected. */
function afterAdded(): Asks | undefined {
  const [node] = RED.view.selection().nodes ?? [];
  return node === undefined ? undefined : whatFollows({ node: wiredNode(node), port: 0 }, drawingOf());
}

/** Node-RED does not say which wire a node shall go into. */
function lastPressedWire(): () => EditorLink | undefined {
  let last: EditorLink | undefined;
  const remember = ({ target }: Event) => {
    const wire = target instanceof Element ? target.closest<SVGGElement>('g.red-ui-flow-link') : null;
    last = wire === null ? undefined : linkOf(wire);
  };
  for (const event of ['mousedown', 'touchstart'])
    document.addEventListener(event, remember, { capture: true, passive: true });
  return () => last;
}

function thinOut(asks: Asks): void {
  const list = $(LIST);
  const lines = list
    .editableList('items')
    .toArray()
    .map(item => $(item).data('data') as Line);
  const kept = lines.filter(line => (line.type === 'junction' ? !line.common : staysFor(asks, line)));
  for (const line of lines) if (!kept.includes(line)) list.editableList('removeItem', line);
  const ours = kept.filter(line => rankOf(line) === RANKS.ours);
  for (const line of kept) line.i += rankOf(line) * 1_000;
  list.editableList('sort');
  ours
    .sort((a, b) => a.i - b.i)
    .at(-1)
    ?.element?.addClass('red-ui-search-result-separator');
}

function staysFor(asks: Asks, line: Line): boolean {
  return line.type === undefined || asks(offerOf(line));
}

/** Suggestions of others stay above. */
const RANKS = { suggestion: 0, ours: 1, junction: 2, ordinary: 3 } as const;

function rankOf({ type, def }: Line): number {
  if (type === undefined) return RANKS.suggestion;
  if (type === 'junction') return RANKS.junction;
  return ours(def) === undefined ? RANKS.ordinary : RANKS.ours;
}

function offerOf({ def }: Line): Offer {
  return { ports: ours(def), inputs: def?.inputs ?? 0, outputs: def?.outputs ?? 0 };
}

function ours(definition: EditorNodeDefinition | undefined) {
  return (definition as Partial<OurDefinition> | undefined)?.gatewright;
}
