// A kernel that a domain hands to a VM with Secure Boot goes past its firmware. It is seen however it is handed over, and told with a code.
import assert from 'node:assert/strict';
import { formatDomain } from '../../../runtime/drivers/libvirt/domain-format.ts';
import { parseDomain } from '../../../runtime/drivers/libvirt/domain-parse.ts';
import { FileNames } from '../../../runtime/drivers/libvirt/files.ts';
import type { OwnDomain } from '../../../runtime/drivers/libvirt/inventory.ts';
import { observeVm } from '../../../runtime/drivers/libvirt/observe.ts';
import { DOMAIN_STATE } from '../../../runtime/drivers/libvirt/rpc/calls.ts';
import { VmSpec } from '../../../runtime/model/kinds/vm.ts';
import { trustedVm } from '../../lab/trusted-vm.ts';

const files = new FileNames('/var/lib/gatewright/images', '/var/lib/gatewright/cell-7/drivers/libvirt');
const UUID = '0f5b1c3e-0000-4000-8000-0123456789ab';

/** As libvirt lists it. @param firmware  absent = a BIOS */
function domainOf(firmware: VmSpec['firmware']): string {
  const { firmware: _drawn, ...plain } = trustedVm('robot-a', { memoryMiB: 112 }).spec;
  const spec = VmSpec.parse({ ...plain, ...(firmware === undefined ? {} : { firmware }) });
  const kernel = {
    kind: 'kernel',
    kernel: '/var/lib/gatewright/images/tiny-linux/vmlinuz',
    initrd: '/initrd.img',
  } as const;
  const text = formatDomain({
    ...{ uuid: UUID, name: 'gw.cell-7.robot-a', address: 'vm.cell-7/robot-a', generation: 7, spec, tpmSecret: UUID },
    ...{ acceleration: 'qemu', emulator: '/usr/bin/qemu-system-x86_64', logPath: files.log(UUID) },
    boot: firmware === 'uefi-secure' ? { kind: 'signed', disk: files.signed(UUID) } : kernel,
    ...{ consolePath: files.console(UUID), fieldPath: files.field(UUID), attestPath: files.attest(UUID) },
    variables: { path: files.variables(UUID, firmware), template: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  });
  return text.replace(
    /(<(?:memory|currentMemory)) unit="MiB">(\d+)/g,
    (_, head, mib) => `${head} unit="KiB">${mib * 1024}`,
  );
}

const SECURE = domainOf('uefi-secure');
const withElement = SECURE.replace('<os>', '<os><kernel>/tmp/bzImage</kernel>');
const qemu = 'http://libvirt.org/schemas/domain/qemu/1.0';
const commandLine = (...values: string[]) => values.map(value => `<q:arg value="${value}"/>`).join('');
const withArguments = SECURE.replace(
  '</domain>',
  `<q:commandline xmlns:q="${qemu}">${commandLine('-kernel', '/tmp/bzImage')}</q:commandline></domain>`,
);

const parsed = (xml: string) => parseDomain(xml, files) ?? assert.fail('it is ours');
/** @param live  what runs now; absent = nothing */
const observed = (config: string, live?: string) =>
  observeVm(
    {
      ...{ ref: {} as OwnDomain['ref'], config: parsed(config) },
      ...(live === undefined ? { state: DOMAIN_STATE.shutoff } : { live: parsed(live), state: DOMAIN_STATE.running }),
    },
    new Set(),
    files,
  );

describe('a kernel that goes past Secure Boot', () => {
  for (const [how, xml] of [
    ['by the element for it', withElement],
    ['among arguments for QEMU', withArguments],
    [
      'as a property of the machine, among arguments for QEMU',
      withArguments.replace('value="-kernel"', 'value="-machine"').replace('/tmp/bz', 'accel=kvm,kernel=/tmp/bz'),
    ],
    [
      'among arguments whose prefix the domain binds',
      withArguments.replace(` xmlns:q="${qemu}"`, '').replace('<domain', `<domain xmlns:q="${qemu}"`),
    ],
  ] as const)
    it(`is told when a domain hands it over ${how}`, () => {
      assert.notEqual(xml, SECURE);
      const { spec, findings } = observed(xml);
      assert.equal(spec.firmware, 'uefi-secure, and a kernel that goes past it', 'it is drift, too');
      assert.deepEqual(findings, [
        {
          code: 'GW_SECURE_BOOT_BYPASSED',
          message:
            'vm.cell-7/robot-a shall be started with the kernel "/tmp/bzImage", which its domain hands past Secure Boot, so nobody checks its signature; plan and apply, which takes it out, and find out who changed the domain',
        },
      ]);
    });

  it('is told while it runs, also when the next start would be another one', () => {
    assert.match(observed(SECURE, withElement).findings?.[0]?.message ?? '', /^vm\.cell-7\/robot-a runs the kernel/);
    assert.match(observed(withElement, SECURE).findings?.[0]?.message ?? '', /shall be started with the kernel/);
  });

  it('is no matter where nothing checks signatures, and where none is handed over', () => {
    for (const xml of [SECURE, domainOf('uefi'), domainOf(undefined)]) assert.equal(observed(xml).findings, undefined);
    const harmless = withArguments.replace('value="-kernel"', 'value="-name"');
    assert.equal(observed(harmless).findings, undefined);
    assert.equal(observed(withArguments.replace(qemu, 'http://other.example/')).findings, undefined);
  });

  it('cannot steer a terminal by its name', () => {
    const odd = SECURE.replace('<os>', '<os><kernel>/tmp/\u001b[2J</kernel>');
    assert.ok(!(observed(odd).findings?.[0]?.message ?? '\u001b').includes('\u001b'));
  });
});
