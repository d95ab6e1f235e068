// Records what goes over the cards of a VM, each for itself. A form stays the same while somebody looks elsewhere, so that what is being
// recorded goes on.
import { element } from '../../element.ts';
import { cardRecording } from '../../traffic/download.ts';
import { recordingForm } from '../../traffic/recording-form.ts';
import type { Words } from '../../words.ts';
import type { Topology, TopologyNode } from './graph.ts';
import { partsOf } from './thing.ts';

export class CardRecorders {
  readonly #words: Words;
  readonly #forms = new Map<string, HTMLElement>();

  constructor(words: Words) {
    this.#words = words;
  }

  /** Forms for the cards of a VM that are there; nothing for anything else. */
  of(topology: Topology, { id, kind }: TopologyNode): readonly HTMLElement[] {
    if (kind !== 'vm') return [];
    const cards = topology.links.filter(
      ({ id: card, from, standing }) =>
        from === id && card.startsWith('port.') && standing !== 'planned' && standing !== 'unknown',
    );
    if (cards.length === 0) return [];
    const title = this.#words('topology.record.title');
    return [element('h5', {}, title), ...cards.map(({ id: card }) => this.#form(card))];
  }

  #form(card: string): HTMLElement {
    const known = this.#forms.get(card);
    if (known !== undefined) return known;
    const name = partsOf(card).name.split('.')[1] ?? '';
    const title = this.#words('topology.record.card', { card: name });
    const form = recordingForm({ title, recording: seconds => cardRecording(card, seconds) }, this.#words);
    this.#forms.set(card, form);
    return form;
  }
}
