// The fields of an attestation gate, checked.
import { z } from 'zod';
import { QUOTED_PCRS } from '../../runtime/model/boot-component.ts';
import * as fields from '../../runtime/model/fields.ts';
import { ImageName } from '../../runtime/model/kinds/vm.ts';
import { SECRET_NAME } from '../../runtime/model/secrets.ts';
import { eventRules } from './event-rules.ts';

const pcr = (text: string) => QUOTED_PCRS.find(number => String(number) === text);
const image = (text: string) => (ImageName.safeParse(text).success ? text : undefined);
const secret = (text: string) => (SECRET_NAME.test(text) && /^[a-z0-9-]+$/.test(text) ? text : undefined);

export const AttestConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  gateway: fields.reference(),
  /** `vm`: the VM at the end of the wire. `host`: the box. `named`: the VM of the field below. */
  subject: fields.choice(['vm', 'host', 'named']),
  vm: fields.optionalName('VM'),
  otherwise: fields.choice(['block', 'read-only', 'alarm']),
  learn: fields.choice(['first-boot', 'approved']),
  foretold: fields.flag(),
  secureBoot: fields.flag(),
  /** Empty = by the firmware. */
  pcrs: fields.entries(
    pcr,
    'the number of a PCR that a gate can judge',
    `Write some of ${QUOTED_PCRS.join(', ')}, or leave it empty.`,
  ),
  images: fields.entries(image, 'an image name', 'Write names of images with commas between them, or leave it empty.'),
  rules: eventRules(),
  intervalSeconds: fields.integer(5, 86_400),
  freshnessSeconds: fields.integer(5, 604_800),
  releases: fields.entries(
    secret,
    'the name of a secret',
    'Write names of secrets with commas between them, or leave it empty.',
  ),
});
export type AttestConfig = z.infer<typeof AttestConfig>;
