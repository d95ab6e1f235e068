// The profiles that come with Gatewright: nothing in them is a fact without a source.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BUILT_INS } from '../../runtime/hardware/built-in/catalog.ts';
import { describeBox } from '../../runtime/hardware/describe-box.ts';
import { unsourcedFields } from '../../runtime/hardware/evidence.ts';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';

describe('the built-in profiles', () => {
  it('are eight or more, with names of their own, and fit the schema', () => {
    assert.ok(BUILT_INS.length >= 8);
    assert.equal(new Set(BUILT_INS.map(each => each.name)).size, BUILT_INS.length);
    for (const { name, profile } of BUILT_INS) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.deepEqual(BoxProfile.parse(profile), profile, name);
      assert.ok(profile.nics.length > 0 && profile.ports.length >= profile.nics.length, name);
    }
  });

  it('claim nothing without confidence and source, and nothing as probed', () => {
    for (const { name, profile } of BUILT_INS) {
      assert.deepEqual(unsourcedFields(profile), [], name);
      assert.doesNotMatch(JSON.stringify(profile), /"confidence":"probed"/, `nobody probed ${name}`);
    }
  });

  it('say of the features of a CPU that they are only remembered', () => {
    for (const { name, profile } of BUILT_INS)
      for (const field of ['vtx', 'ept', 'vtd'])
        assert.equal(profile.cpu.evidence[field]?.confidence, 'unverified', `${field} of ${name}`);
  });

  it('are found out when a field loses its source', () => {
    for (const { name, profile } of BUILT_INS) {
      const { '*': _gone, ...evidence } = profile.cpu.evidence;
      const claimed = lintProfile({ ...profile, cpu: { ...profile.cpu, evidence } });
      const rows = claimed.filter(each => each.code === 'GW_PROFILE_UNSOURCED').map(each => each.row);
      assert.ok(rows.includes('cpu.brand') && !rows.includes('cpu.vtd'), name);
    }
  });

  it('have no errors that the lint finds', () => {
    for (const { name, profile } of BUILT_INS)
      assert.deepEqual(
        lintProfile(profile).filter(each => each.severity === 'error'),
        [],
        name,
      );
  });

  it('have the sockets of the public hardware model they are taken from, each with its address', () => {
    const lines = readFileSync(new URL('./eve/models.jsonl', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n');
    const models = new Map(
      lines.map(line => JSON.parse(line)).map(({ file, model }) => [file as string, model as object]),
    );
    let compared = 0;
    for (const { name, profile } of BUILT_INS)
      for (const port of profile.ports) {
        const { source = '' } = port.evidence['*'] ?? {};
        const model = models.get(source.slice(source.lastIndexOf('/') + 1));
        if (model === undefined) continue;
        const written = readProfile(JSON.stringify(model)).profile.ports.find(each => each.label === port.label);
        const { interface: _name, ...address } = written?.address ?? {};
        const { interface: _own, ...own } = port.address;
        assert.deepEqual(
          [port.kind, own, port.group],
          [written?.kind, address, written?.group],
          `${name} ${port.label}`,
        );
        compared += 1;
      }
    assert.ok(compared >= 20, `${compared} sockets`);
  });

  it('are only as sure as their description', () => {
    const fact = { confidence: 'vendor-sheet', source: 'data sheet 1' } as const;
    const box = {
      name: 'a',
      vendor: 'A',
      model: 'B',
      cpu: { brand: 'C', vtd: false },
      ethernetMbps: [1000],
      facts: { ethernet: fact },
    };
    const { profile } = describeBox(box);
    assert.deepEqual([profile.nics[0]?.evidence['*'], profile.ports[0]?.evidence['*']], [fact, fact]);
    assert.deepEqual(
      [profile.cpu.evidence['*']?.confidence, profile.ports[0]?.evidence.label?.confidence],
      ['unverified', 'unverified'],
    );
  });
});
