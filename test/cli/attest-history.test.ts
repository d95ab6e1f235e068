// `gatewright attest history`: verdicts of an agent's state folder, followed again, in words and as a document.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { nextRecord } from '../../runtime/attest/history.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { AttestationStore } from '../../runtime/host/attestation-store.ts';
import { bootOf, logOf, MACHINE } from '../attest/boot-log.ts';
import { softwareTpm } from '../attest/software-evidence.ts';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';

const GATEWAY = ['--gateway', 'cell-7', '--backend', 'embedded'];
const AT = new Date('2026-03-01T10:00:00Z');

describe('attest history', function () {
  this.timeout(60_000); // several processes, one after the other
  let home: Home;
  before(async () => {
    home = await openHome();
    const tpm = softwareTpm();
    const of = (kernel: string) => tpm.evidence(logOf(bootOf({ ...MACHINE, kernel })), Buffer.alloc(32, 2));
    const { history } = new AttestationStore(folder()).of('vm.plc');
    for (const kernel of [MACHINE.kernel, 'evil']) {
      const evidence = parseEvidence({ ...of(kernel), policy: of(MACHINE.kernel).policy });
      await history.append(last => nextRecord(last, evidence, verify(evidence), AT));
    }
  });
  after(() => home?.remove());
  const folder = () => join(home.folder, 'gatewright/cell-7.embedded');
  const record = (number: number) => join(folder(), `attestation/vm.plc/history/00000000000${number}.json`);

  it('shows each verdict with its findings, and believes records that follow again', async () => {
    const words = await home.run(['attest', 'history', ...GATEWAY]);
    assert.deepEqual([words.code, words.stderr], [0, '']);
    assert.equal(
      words.stdout,
      [
        'vm.plc 1  2026-03-01T10:00:00.000Z  trusted',
        'vm.plc 2  2026-03-01T10:00:00.000Z  mismatch',
        '    The kernel "\\vmlinuz-6.12" is not the one that is trusted (PCR 4).',
        '',
      ].join('\n'),
    );
    const document = await home.run(['attest', 'history', '--state', folder(), '--machine', 'vm.plc', '--json']);
    const { ok, records } = documentOf(document, 'attest-history');
    assert.deepEqual(
      [ok, records.map(({ number, verdict, doubts }) => [number, verdict, doubts])],
      [
        true,
        [
          [1, 'trusted', []],
          [2, 'mismatch', []],
        ],
      ],
    );
  });

  it('lets the evidence of a record be judged as any other', async () => {
    const judged = await home.run(['attest', 'verify', record(2), '--json']);
    const { verdict, findings } = documentOf(judged, 'attest');
    assert.deepEqual([judged.code, verdict, findings[0]?.component], [1, 'mismatch', 'kernel']);
  });

  it('exits with 1 when a record was changed, and says what is wrong with it', async () => {
    const text = await readFile(record(2), 'utf8');
    await writeFile(record(2), text.replace('"verdict":"mismatch"', '"verdict":"trusted"'));
    const words = await home.run(['attest', 'history', ...GATEWAY]);
    assert.equal(words.code, 1);
    assert.match(words.stdout, /^ {2}! Its evidence is mismatch now, and was trusted then\.$/m);
    await writeFile(record(2), 'nonsense');
    const document = await home.run(['attest', 'history', ...GATEWAY, '--json']);
    const { ok, records } = documentOf(document, 'attest-history');
    assert.deepEqual([ok, records[1]?.verdict], [false, undefined]);
    assert.match(records[1]?.doubts[0] ?? '', /^this is not a record of a verdict: /);
    await writeFile(record(2), text);
  });

  it('says that nothing is kept, of any machine or of one', async () => {
    const none = await home.run(['attest', 'history', '--gateway', 'cell-8', '--backend', 'embedded']);
    assert.deepEqual(
      [none.code, none.stdout],
      [0, `No verdict is kept in ${join(home.folder, 'gatewright/cell-8.embedded')}.\n`],
    );
    const unknown = await home.run(['attest', 'history', ...GATEWAY, '--machine', 'vm.scada']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /nothing is kept of a machine vm\.scada; choose vm\.plc/);
  });
});
