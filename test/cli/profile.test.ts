// `gatewright profile` and `gatewright probe`, as somebody uses them who has a box and its papers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { findingLines } from '../../runtime/cli/finding-text.ts';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';

const UNO = 'test/hardware/eve/template_l1_UNO-2372G.json';
const APU = 'test/hardware/eve/template_l1_APU-2.json';
const SCHEMA = new URL('../../docs/schema/hardware-profile.schema.json', import.meta.url);
const isDocumented = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** A profile as it was printed; it must have the documented shape. */
function profileIn(text: string): { readonly ports: readonly { readonly label: string }[] } {
  const profile = JSON.parse(text) as { ports: { label: string }[] };
  assert.ok(isDocumented(profile), JSON.stringify(isDocumented.errors).slice(0, 2_000));
  return profile;
}

describe('profile', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('imports what it is given, tells what was wrong with it, and takes its own print again', async () => {
    const [words, document] = await Promise.all(
      [[], ['--json']].map(more => home.run(['profile', 'import', UNO, ...more])),
    );
    const profile = profileIn(words?.stdout ?? '');
    assert.match(
      words?.stderr ?? '',
      /^warning: The address of wlan0 has the key "ifname".*\n {2}Write Ifname\. \[wlan0; GW_/,
    );
    assert.ok(document !== undefined && words?.code === 0);
    const { form, action, profile: same, findings } = documentOf(document, 'profile');
    assert.deepEqual([form, action, findings.map(each => each.code)], ['eve', 'import', ['GW_PROFILE_KEY_CASE']]);
    assert.deepEqual(same, profile);
    for (const input of [words.stdout, document.stdout]) {
      const again = await home.run(['profile', 'import', '-', '--json'], { input });
      const { form: own, profile: read } = documentOf(again, 'profile');
      assert.deepEqual([again.code, own, read], [0, 'profile', profile]);
    }
  });

  it('exits with 1 when something could not be used', async () => {
    const path = await home.file('model.json', JSON.stringify({ ioMemberList: [7, { ztype: 1, phylabel: 'eth0' }] }));
    const ended = await home.run(['profile', 'import', path]);
    assert.deepEqual([ended.code, profileIn(ended.stdout).ports.map(each => each.label)], [1, ['eth0']]);
    assert.match(ended.stderr, /^error: The row 1 is not an object\.\n/);
  });

  it('says what is wrong, with the row and what to do', async () => {
    const [words, document] = await Promise.all(
      [[], ['--json']].map(more => home.run(['profile', 'lint', UNO, ...more])),
    );
    assert.ok(words !== undefined && document !== undefined);
    assert.match(
      words.stdout,
      /^error: COM2 and COM4 share the interrupt 3 and are in the groups "COM2" and "COM4"\.\n {2}Put them into one group.* \[COM2; GW_PROFILE_IRQ_SPLIT\]$/m,
    );
    const { ok, findings } = documentOf(document, 'profile');
    assert.deepEqual([words.code, document.code, ok, findings.length], [1, 1, false, 15]);
    assert.match(words.stdout, /\n15 findings in 14 rows\.\n$/);
  });

  it('says what a host cannot honour, this one or one of which there is a profile', async () => {
    const host = await home.file('host.json', (await home.run(['probe'])).stdout);
    const told = (await Promise.all(
      [['--here'], ['--host', host]].map(more => home.run(['profile', 'lint', APU, '--json', ...more])),
    )) as [Awaited<ReturnType<Home['run']>>, Awaited<ReturnType<Home['run']>>];
    const [here, there] = told.map(ended => documentOf(ended, 'profile').findings);
    assert.deepEqual(here, there);
    assert.ok(here?.some(each => each.code === 'GW_PROFILE_DEVICE_ABSENT' && each.row === 'USB2'));
    const two = await home.run(['profile', 'lint', APU, '--here', '--host', host]);
    assert.deepEqual([two.code, two.stderr], [2, 'gatewright: --host and --here name two hosts; keep one of them\n']);
  });

  it('exports for EVE what EVE takes in again', async () => {
    const [words, document] = await Promise.all(
      [[], ['--json']].map(more => home.run(['profile', 'export', APU, '--to', 'eve', ...more])),
    );
    assert.ok(words !== undefined && document !== undefined);
    assert.deepEqual([words.code, JSON.parse(words.stdout)], [0, documentOf(document, 'profile').eve]);
    assert.deepEqual(JSON.parse(words.stdout), JSON.parse(readFileSync(APU, 'utf8')));
    const other = await home.run(['profile', 'export', APU, '--to', 'word']);
    assert.deepEqual([other.code, other.stdout], [2, '']);
  });

  it('names the built-in profiles, and takes one in place of a file', async () => {
    const [words, document] = await Promise.all([[], ['--json']].map(more => home.run(['profile', 'list', ...more])));
    assert.ok(words !== undefined && document !== undefined);
    const builtIns = documentOf(document, 'profile').builtIns ?? [];
    assert.match(words.stdout, /^built-in:hpe-gl20: HPE GL20$/m);
    assert.equal(words.stdout.trim().split('\n').length, builtIns.length);
    const one = await home.run(['profile', 'import', `built-in:${builtIns[0]?.name}`]);
    assert.deepEqual([one.code, profileIn(one.stdout).ports[0]?.label], [0, 'eth0']);
    const none = await home.run(['profile', 'lint', 'built-in:toaster']);
    const told = 'gatewright: there is no built-in profile toaster; gatewright profile list names them\n';
    assert.deepEqual([none.code, none.stderr], [2, told]);
  });

  it('refuses what is no description of a box, and files that are not there', async () => {
    const large = await home.file('large.json', 'x'.repeat(13 * 1024 * 1024));
    const cases = [
      ['lint', 'LICENSE'],
      ['import', large],
      ['lint', 'none.json'],
      ['import', 'test'],
    ] as const;
    const told = await Promise.all(cases.map(words => home.run(['profile', ...words, '--json'])));
    assert.deepEqual(
      told.map(failureIn).map(([exit, code]) => [exit, code]),
      [
        [1, 'GW_PROFILE_FORM'],
        [1, 'GW_PROFILE_TOO_LARGE'],
        [2, 'USAGE'],
        [2, 'USAGE'],
      ],
    );
    assert.match(told[2]?.stdout ?? '', /there is no file none\.json; name a file that describes a box/);
  });

  it('writes nothing raw of what it was given', async () => {
    const evil = '\u001b[2J\u009b31m\u202ex';
    const path = await home.file(
      'evil.json',
      JSON.stringify({ ioMemberList: [{ ztype: 1, phylabel: evil, phyaddrs: { [evil]: evil } }] }),
    );
    for (const words of [['import'], ['lint'], ['export', '--to', 'eve'], ['import', '--json']]) {
      const [action = '', ...rest] = words;
      const { stdout, stderr } = await home.run(['profile', action, path, ...rest]);
      assert.doesNotMatch(stdout + stderr, /[^\n\P{Cc}]|\p{Cf}/u);
    }
  });
});

describe('probe', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('prints the profile of this box, without any privilege too', async () => {
    // Root without a single capability may no more than anybody else does with files of its own.
    const prefix = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
    const [words, document, powerless] = await Promise.all([
      home.run(['probe']),
      home.run(['probe', '--json']),
      home.run(['probe', '--json'], { prefix }),
    ]);
    profileIn(words.stdout);
    const { ok, profile, findings } = documentOf(document, 'probe');
    assert.deepEqual([words.code, document.code, ok], [0, 0, true]);
    // What it could not see is told beside the profile, and nothing else is.
    assert.equal(
      words.stderr,
      findingLines(findings)
        .map(line => `${line}\n`)
        .join(''),
    );
    assert.ok(findings.every(each => each.code === 'GW_PROFILE_UNSEEN'));
    assert.deepEqual([powerless.code, documentOf(powerless, 'probe').profile.memory], [0, profile.memory]);
  });

  it('reads a dump, and says so when there is none', async () => {
    const none = await Promise.all(
      ['none', 'package.json', 'docs'].map(from => home.run(['probe', '--from', from, '--json'])),
    );
    assert.deepEqual(
      none.map(failureIn).map(([exit, code]) => [exit, code]),
      [
        [2, 'USAGE'],
        [2, 'USAGE'],
        [2, 'USAGE'],
      ],
    );
    const dump = `${home.folder}/dump`;
    const collected = await home.run([dump], { program: ['sh', 'scripts/collect-hardware.sh'] });
    assert.equal(
      collected.stdout,
      `The hardware of this box is in ${dump}. Read it with: gatewright probe --from ${dump}\n`,
    );
    const [there, here] = await Promise.all([['--from', dump], []].map(more => home.run(['probe', ...more])));
    assert.deepEqual([there?.code, there?.stdout], [0, here?.stdout]);
  });

  it('asks a box that ssh leads to, on which nothing is installed', async () => {
    // Stands in for ssh: what comes after the name runs here, as it would there.
    const bin = await home.file(
      'ssh',
      '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\n[ "$2" = box ] || exit 255\nshift 2\nexec "$@"\n',
    );
    await chmod(bin, 0o755);
    const environment = { PATH: `${home.folder}:${process.env.PATH}` };
    const [there, here, away] = await Promise.all([
      home.run(['probe', '--host', 'box'], { environment }),
      home.run(['probe']),
      home.run(['probe', '--host', 'elsewhere', '--json'], { environment }),
    ]);
    assert.deepEqual([there.code, there.stdout], [0, here.stdout]);
    assert.deepEqual(failureIn(away).slice(0, 2), [3, 'GW_HOST_COMMAND_FAILED']);
  });

  it('takes one box, and as its name nothing that ssh would take for an option', async () => {
    const cases = [
      ['--host', '-oProxyCommand=reboot'],
      ['--host', 'a b'],
      ['--host', 'box', '--from', 'dump'],
    ];
    const told = await Promise.all(cases.map(words => home.run(['probe', ...words, '--json'])));
    assert.deepEqual(
      told.map(ended => failureIn(ended).slice(0, 2)),
      cases.map(() => [2, 'USAGE']),
    );
  });
});
