// The firewall of the bench of segments in the kernel: eight rules, each of which lets a UDP port of one station pass to another.
import type { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { byteAt, isOneOf, wordAt } from '../../../runtime/lanes/filter/terms.ts';

const ENDS = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

export const eightPorts: FilterProgram = {
  rules: Array.from({ length: 8 }, (_, place) => ({
    id: `rule-${place}`,
    alternatives: [
      {
        says: '',
        tests: [
          { kind: 'bytes', says: '', offset: 0, mask: ENDS.map(() => 0xff), value: ENDS },
          isOneOf('', wordAt(12), 0x0800),
          isOneOf('', byteAt(23), 17),
          isOneOf('', wordAt(36), 9000 + place),
        ],
      },
    ],
    verdict: { action: 'accept' },
    log: false,
  })),
  otherwise: { verdict: { action: 'drop' }, log: false },
};
