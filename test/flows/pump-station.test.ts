// The pump station on each back end, and with the TPM of the VM itself in place of that of the box.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { GatewaySpec } from '../../runtime/model/gateway.ts';
import { flowText } from '../../scripts/golden.ts';
import { specOf } from '../compile/sketch.ts';

type Changes = Readonly<Record<string, object>>;
type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string };

const flow = JSON.parse(flowText('pump-station')) as readonly FlowNode[];

function drawn(backend: GatewaySpec['backend'], changes: Changes = {}) {
  const all: Changes = { ...changes, gatewayPumps1: { backend } };
  return compile(
    flow.map(node => ({ ...node, ...all[node.id] })),
    NODE_TYPES,
  );
}

/** As the README says it: control proves itself by its own TPM, what it boots is foretold. */
const OWN_TPM: Changes = {
  hardwareBox: { wires: [[], [], ['busDrives'], ['attestUplinkBoot']] },
  attestBoxBoot: { subject: 'vm', foretold: true },
  vmControl: { firmware: 'uefi', memoryMiB: 512, tpm: 'auto' },
};

describe('the pump station', () => {
  for (const backend of ['simulated', 'embedded', 'linux'] as const)
    it(`waits for the box on the back end ${backend}: control for its writes, telemetry for its way out`, () => {
      const { design, diagnostics } = drawn(backend);
      assert.deepEqual(diagnostics, []);
      const ports = specOf(design, 'line', 'pumps-1/drives').ports;
      const gates = Object.fromEntries(ports.map(port => [port.vm, port.gates]));
      assert.deepEqual(gates, {
        'vm.pumps-1/control': [{ by: 'gate.pumps-1/box-boot', otherwise: 'read-only' }],
        'vm.pumps-1/reporter': undefined,
      });
      const { links } = specOf(design, 'policy', 'pumps-1/telemetry');
      assert.deepEqual(
        links.map(link => link.gates),
        [[{ by: 'gate.pumps-1/uplink-boot', otherwise: 'block' }]],
      );
      for (const name of ['box-boot', 'uplink-boot'])
        assert.deepEqual(specOf(design, 'gate', `pumps-1/${name}`).subject, { of: 'host' });
    });

  it('can ask the TPM of control itself on Linux, by what is drawn', () => {
    const { design, diagnostics } = drawn('linux', OWN_TPM);
    assert.deepEqual(diagnostics, []);
    const { subject, foretold, tenant, pcrs } = specOf(design, 'gate', 'pumps-1/box-boot');
    assert.ok(subject.of === 'vm');
    assert.deepEqual(
      [subject.vm, subject.boot.image, foretold, tenant],
      [...['vm.pumps-1/control', 'tiny-linux', true, 'waterworks']],
    );
    assert.deepEqual(pcrs, [0, 2, 3, 4, 7, 9]);
    assert.equal(specOf(design, 'vm', 'pumps-1/control').tpm, 'crb');
  });

  it('says that a VM of the embedded back end has no TPM to ask', () => {
    const { diagnostics } = drawn('embedded', OWN_TPM);
    assert.ok(diagnostics.some(({ code, severity }) => code === 'GW_GATE_TPM' && severity === 'error'));
  });
});
