// The fields of a bus. What `settings` may hold, the protocol declares.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { LineMessages, LineSettings } from '../../runtime/model/kinds/line.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';

const names = PROTOCOLS.map(({ name }) => name) as [string, ...string[]];

export const BusConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  gateway: fields.reference(),
  /** `shared`: the host owns the line. `passthrough`: one VM owns its device. WHY a default: older buses do not say it. */
  mode: fields.choice(['shared', 'passthrough']).default('shared'),
  /** Only of `passthrough`, as `attach-text.ts` reads it; empty = what is wired says it. */
  device: fields.text(400).default(''),
  protocol: fields.choice(names),
  /** Only what differs from the defaults of the protocol. */
  settings: LineSettings,
  messages: LineMessages,
  /** How ordinary nodes hear what goes over it: a message for each frame, or one for several. */
  taps: fields.choice(['frames', 'batches']),
});
export type BusConfig = z.infer<typeof BusConfig>;
