// What may be published: nothing but what a filter of the line lets pass.
import type { MqttMessage } from './link.ts';
import type { MqttOptions } from './protocol.ts';
import { type FilterOwner, filterFor, fitsFilter } from './topics.ts';

type Publication = MqttOptions['publish'][number];

export class PublishRight {
  readonly #rows: readonly Publication[];

  /** @param owner  the VM whose right it is; without one that of the gateway itself, which may what any VM may */
  constructor(rows: MqttOptions['publish'], owner?: FilterOwner) {
    this.#rows = rows.map(row => ({ ...row, filter: filterFor(row.filter, owner) }));
  }

  /** The message as it may be sent, at no higher QoS than it is let; `undefined` when it may not. */
  granted(message: MqttMessage): MqttMessage | undefined {
    let highest = -1;
    for (const { filter, qos, retain } of this.#rows)
      if ((retain || !message.retain) && qos > highest && fitsFilter(filter, message.topic)) highest = qos;
    if (highest < 0) return undefined;
    return message.qos <= highest ? message : { ...message, qos: 0 };
  }
}
