// What starts a VM, and whether it has a TPM: what is drawn, and what comes out on each back end.
import { deepEqual } from 'node:assert/strict';
import { Backend } from '../../runtime/model/gateway.ts';
import { box, compileSound, config, specOf, tab, vm } from './sketch.ts';

/** What the spec of a VM says of it. */
function startOf(fields: object, backend = 'linux') {
  const hardware = box('g1').map(node => (node.type === 'gatewright-gateway' ? { ...node, backend } : node));
  const flow = [tab, ...hardware, config('tenant', 't1')];
  const spec = specOf(
    compileSound([...flow, vm('robot', 'g1', 't1', [], { nics: [], memoryMiB: 256, ...fields })]),
    'vm',
    'g1/robot',
  );
  return Object.fromEntries(Object.entries(spec).filter(([field]) => field === 'firmware' || field === 'tpm'));
}

describe('what starts a VM', () => {
  it('is a BIOS that nobody names, also in a drawing that is older than the choice', () => {
    deepEqual(startOf({ tpm: 'off' }), {});
    deepEqual(startOf({ tpm: 'off', firmware: 'bios' }), {});
  });

  it('is the UEFI that is drawn, with or without Secure Boot', () => {
    deepEqual(startOf({ tpm: 'off', firmware: 'uefi' }), { firmware: 'uefi' });
    deepEqual(startOf({ tpm: 'off', firmware: 'uefi-secure' }), { firmware: 'uefi-secure' });
  });
});

describe('the TPM of a VM', () => {
  it('is there unless it is drawn otherwise, where the back end can give it one', () => {
    for (const backend of Backend.options) deepEqual(startOf({}, backend), backend === 'linux' ? { tpm: 'crb' } : {});
  });

  it('is there on every back end where it is asked for, and on none where it is not wanted', () => {
    for (const backend of Backend.options) {
      deepEqual(startOf({ tpm: 'on' }, backend), { tpm: 'crb' });
      deepEqual(startOf({ tpm: 'off' }, backend), {});
    }
  });
});
