// The questions of every driver, put to nftables on the real kernel: once through the library, once through the program.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nftables } from '../../../runtime/drivers/nftables/driver.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { GATE } from '../../contract/driver-case.ts';
import { GATEWAY, gatedPolicy, vendorA } from '../../contract/samples.ts';
import { policyLab } from './policy-lab.ts';

const [driver] = nftables.drivers;
assert.ok(driver !== undefined);

/** Named like ours: one without a tag, one that another gateway's agent made. One switched off, which old nft lists badly. */
const FOREIGN = `
table inet gwt0123456789 {
  chain gw_forward { type filter hook forward priority 0; policy accept; tcp dport 9 counter drop; }
}
table bridge gwtaaaaaaaaaa {
  chain gw_tag { return comment "gatewright:policy.cell-8/vendor-a;generation=3"; }
}
table inet asleep {
  flags dormant
  chain early { type filter hook forward priority -10; policy drop; }
}
table ip mine {
  set hosts { type ipv4_addr; elements = { 192.0.2.1 } }
}
`;

for (const mode of ['library', 'command'] as const)
  describeDriver(
    `policy in nftables by ${mode}`,
    async () => {
      const lab = await policyLab();
      const directory = await mkdtemp(join(tmpdir(), 'gatewright-nftables-'));
      const rules = () => lab.gateway.run('nft', 'list', 'ruleset');
      let foreign = '';
      return {
        driver,
        world: {
          host: lab.host,
          gateway: { name: GATEWAY, backend: 'linux' },
          stateDirectory: directory,
          now: () => 0,
          settings: lab.settings(mode),
        },
        sample: vendorA,
        gated: gatedPolicy(vendorA, GATE),
        variations: { tenant: 'vendor-b', bindings: [], links: [] },
        foreign: {
          async make() {
            const file = join(directory, 'foreign.nft');
            await lab.host.writeFile(file, FOREIGN);
            await lab.gateway.run('nft', '-f', file);
            foreign = await rules();
          },
          check: async () => assert.equal(await rules(), foreign),
        },
        snapshot: rules,
        async close() {
          await lab.close();
          await rm(directory, { recursive: true });
        },
      };
    },
    { timeoutMs: 120_000 },
  );
