// Texts with a fault that only reading them can find, each beside one that looks like it and has none.
import { emptyProfile } from '../../runtime/hardware/profile.ts';
import { MOST_CHARACTERS } from '../../runtime/hardware/read-profile.ts';

export interface ReadingRule {
  readonly code: string;
  readonly what: string;
  readonly wrong: string;
  readonly right: string;
}

const eve = (...rows: unknown[]) => JSON.stringify({ ioMemberList: rows });
const lan = (phyaddrs: object) => ({ ztype: 1, phylabel: 'eth0', assigngrp: 'eth0', phyaddrs });

export const READING_RULES: readonly ReadingRule[] = [
  {
    code: 'GW_PROFILE_FORM',
    what: 'a text that describes no box',
    wrong: '<html><body>device</body></html>',
    right: 'Slot:\t00:1f.2\n',
  },
  {
    code: 'GW_PROFILE_SHAPE',
    what: 'a profile with a field of another type',
    wrong: JSON.stringify({ ...emptyProfile(), memory: { totalMiB: '4096', evidence: {} } }),
    right: JSON.stringify({ ...emptyProfile(), memory: { totalMiB: 4096, evidence: {} } }),
  },
  {
    code: 'GW_PROFILE_TOO_LARGE',
    what: 'a text that is larger than any box',
    wrong: eve(lan({})).padEnd(MOST_CHARACTERS + 1),
    right: eve(lan({})).padEnd(MOST_CHARACTERS),
  },
  {
    code: 'GW_PROFILE_ROW_SKIPPED',
    what: 'a row that nothing is called',
    wrong: eve({ ztype: 1, phyaddrs: { Ifname: 'eth0' } }),
    right: eve({ ztype: 1, logicallabel: 'eth0', phyaddrs: { Ifname: 'eth0' } }),
  },
  {
    code: 'GW_PROFILE_VALUE',
    what: 'an interrupt that is no number',
    wrong: eve({ ztype: 3, phylabel: 'COM1', phyaddrs: { Irq: 'four' } }),
    right: eve({ ztype: 3, phylabel: 'COM1', phyaddrs: { Irq: '4' } }),
  },
  {
    code: 'GW_PROFILE_KEY_CASE',
    what: 'a key of an address in another case than a strict reader takes',
    wrong: eve(lan({ Ifname: 'eth0', pcilong: '0000:02:00.0' })),
    right: eve(lan({ Ifname: 'eth0', PciLong: '0000:02:00.0' })),
  },
  {
    code: 'GW_PROFILE_KEY_UNKNOWN',
    what: 'a key that means nothing',
    wrong: eve({ ...lan({ Ifname: 'eth0' }), colour: 'red' }),
    right: eve({ ...lan({ Ifname: 'eth0' }), usagePolicy: {}, cbattr: {} }),
  },
];
