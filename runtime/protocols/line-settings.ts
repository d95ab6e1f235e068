// The settings of a line as the declaration of its protocol has them.
import type { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import type { LineSettings } from '../model/kinds/line.ts';
import type { Protocol } from '../model/protocol.ts';

/** Settings with all defaults. @throws GatewrightError GW_FIELD_INVALID */
export function settingsFor<O extends z.ZodObject>(
  { title, options }: Pick<Protocol<O>, 'title' | 'options'>,
  settings: LineSettings,
): z.infer<O> {
  const checked = options.safeParse(settings);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  const message = `the settings do not fit ${title}: ${where}${issue?.message ?? ''}; correct them in the bus node`;
  throw new GatewrightError('GW_FIELD_INVALID', message);
}
