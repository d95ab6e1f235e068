// Forms that ask what the rules would say of a frame on a line, or of a packet on a network of a gateway.
import type { Address } from '../../../runtime/model/address.ts';
import { button, element } from '../../element.ts';
import { askFrame, askPacket } from '../../traffic/ask-rules.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import type { Row } from '../keyed-rows.ts';
import { answerPlace } from './answer.ts';
import { offerEnds } from './frames-view.ts';
import { packetView, whyView } from './why-view.ts';

/** Frames as people of a protocol write them. */
const EXAMPLES: Readonly<Record<string, string>> = { can: '123#DEADBEEF', modbus: '03 03 00 0a 00 02' };

/** Hidden while no firewall is on the line. */
export function frameAskView(line: Address<'line'>, words: Words): Row<WatchedLine> {
  const end = element('select');
  const direction = element('select', {}, ...(['in', 'out'] as const).map(way => option(way, words(`ask.${way}`))));
  const frame = element('input', { attributes: { type: 'text', maxlength: '4000' } });
  const answer = answerPlace(words);
  const ask = () => {
    const asked = { line, end: end.value, direction: direction.value as 'in' | 'out', frame: frame.value };
    void answer.show(askFrame(asked), found => whyView(found, words));
  };
  const form = asking({ 'ask.end': end, 'ask.direction': direction, 'ask.frame': frame }, ask, words);
  const root = element(
    'details',
    { class: 'gw-fold gw-ask' },
    element('summary', {}, words('ask.title')),
    form,
    answer.root,
  );
  return {
    root,
    update({ seen }) {
      frame.placeholder = EXAMPLES[seen.protocol ?? ''] ?? '';
      root.hidden = seen.ends.every(({ firewalls }) => firewalls.length === 0);
      const vms = seen.ends.map(one => one.end).filter(one => one.startsWith('vm.'));
      offerEnds(end, vms, words, false);
    },
  };
}

/** Hidden while no gateway has firewalls on networks. */
export function packetAskView(words: Words): Row<readonly string[]> {
  const gateway = element('select');
  const packet = element('input', { attributes: { type: 'text', maxlength: '1000' } });
  packet.placeholder = 'tcp 10.0.0.5:40000 > 10.0.0.9:502';
  const answer = answerPlace(words);
  const ask = () => void answer.show(askPacket(gateway.value, packet.value), found => packetView(found, words));
  const form = asking({ 'ask.gateway': gateway, 'ask.packet': packet }, ask, words);
  const summary = element('summary', {}, words('ask.packetTitle'));
  const root = element('details', { class: 'gw-fold gw-ask gw-ask-packet' }, summary, form, answer.root);
  return {
    root,
    update(gateways) {
      root.hidden = gateways.length === 0;
      if (gateways.join() === gateway.dataset.gateways) return;
      gateway.dataset.gateways = gateways.join();
      gateway.replaceChildren(...gateways.map(name => option(name, name)));
    },
  };
}

/** Enter asks too. */
function asking(fields: Readonly<Record<string, HTMLElement>>, ask: () => void, words: Words): HTMLElement {
  const labelled = Object.entries(fields).map(([key, control]) =>
    element('label', { class: 'gw-record-field' }, element('span', {}, words(key)), control),
  );
  const form = element(
    'form',
    { class: 'gw-record' },
    ...labelled,
    element('div', { class: 'gw-actions' }, button(words('ask.ask'), ask)),
  );
  form.addEventListener('submit', event => {
    event.preventDefault(); // the page stays
    ask();
  });
  return form;
}

function option(value: string, text: string): HTMLElement {
  return element('option', { attributes: { value } }, text);
}
