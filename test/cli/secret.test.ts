// `gatewright secret`: piped or typed in, named and removed, and never shown again.
import assert from 'node:assert/strict';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretStore } from '../../runtime/host/secret-store.ts';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { runInTerminal } from './pseudo-terminal.ts';

const SECRET = 'hunter2-and-more';
const GATEWAY = ['--gateway', 'cell-7', '--backend', 'embedded'];

describe('secret', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
    await mkdir(folder(), { recursive: true });
  });
  afterEach(() => home.remove());
  /** Where the agent of the gateway has its state. */
  const folder = () => join(home.folder, 'gatewright/cell-7.embedded');

  it('stores what is piped in where the agent of the gateway reads it, and shows names only', async () => {
    const set = await home.run(['secret', 'set', 'plant-broker', ...GATEWAY], { input: `${SECRET}\n` });
    assert.deepEqual([set.code, set.stderr], [0, '']);
    assert.equal(set.stdout, 'plant-broker is stored; connections that are made from now on use it.\n');
    assert.equal(await new SecretStore(folder()).get('plant-broker'), SECRET);
    assert.equal((await stat(join(folder(), 'secrets/plant-broker'))).mode & 0o777, 0o600);
    const key = `-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n`;
    const other = await home.run(['secret', 'set', 'key', '--state', folder(), '--json'], { input: `${key}\r\n` });
    assert.deepEqual(documentOf(other, 'secret'), {
      version: 1,
      command: 'secret',
      ok: true,
      action: 'set',
      names: ['key'],
    });
    assert.equal(await readFile(join(folder(), 'secrets/key'), 'utf8'), key);
    const listed = await Promise.all([[], ['--json']].map(more => home.run(['secret', 'list', ...GATEWAY, ...more])));
    assert.equal(listed[0]?.stdout, 'key\nplant-broker\n');
    assert.ok(listed[1] !== undefined);
    assert.deepEqual(documentOf(listed[1], 'secret').names, ['key', 'plant-broker']);
    for (const { stdout, stderr } of [set, other, ...listed]) assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });

  it('says where it stores what no agent has asked for so far', async () => {
    const set = await home.run(['secret', 'set', 'door', '--gateway', 'cell-8', '--backend', 'embedded'], {
      input: SECRET,
    });
    const other = join(home.folder, 'gatewright/cell-8.embedded');
    const says = `No agent has had its state in ${other} so far; see whether --gateway and --backend are right.\n`;
    assert.deepEqual([set.code, set.stderr], [0, says]);
    assert.equal(await new SecretStore(other).get('door'), SECRET);
  });

  it('removes one, and says when there is none', async () => {
    await new SecretStore(folder()).set('door', SECRET);
    const removed = await home.run(['secret', 'remove', 'door', ...GATEWAY]);
    assert.deepEqual([removed.code, removed.stdout], [0, 'door is removed; connections that are open stay.\n']);
    const again = await home.run(['secret', 'remove', 'door', ...GATEWAY, '--json']);
    assert.deepEqual([again.code, documentOf(again, 'secret').ok, documentOf(again, 'secret').names], [1, false, []]);
    const none = await home.run(['secret', 'list', ...GATEWAY]);
    assert.deepEqual([none.code, none.stdout], [0, `There are no secrets in ${folder()}.\n`]);
  });

  it('draws nothing of what is typed, and stores it when it is typed twice', async () => {
    const session = runInTerminal(home, ['secret', 'set', 'door', ...GATEWAY]);
    await session.until('Secret door: ');
    session.type(`${SECRET}x\u007f\r`);
    await session.until('The same again: ');
    session.type(`${SECRET}\r`);
    const { code, stdout } = await session.ended;
    assert.equal(code, 0, stdout);
    assert.equal(
      stdout,
      'Secret door: \r\nThe same again: \r\ndoor is stored; connections that are made from now on use it.\r\n',
    );
    assert.equal(await new SecretStore(folder()).get('door'), SECRET);
  });

  for (const [what, keys] of [
    ['another one at the second time', [`${SECRET}\r`, 'hunter3\r']],
    ['nothing', ['\r']],
    ['Ctrl-C', ['\u0003']],
    ['Ctrl-C at the second time', [`${SECRET}\r`, '\u0003']],
  ] as const)
    it(`stores nothing when ${what} is typed`, async () => {
      const session = runInTerminal(home, ['secret', 'set', 'door', ...GATEWAY]);
      await session.until('Secret door: ');
      session.type(keys[0]);
      if (keys[1] !== undefined) {
        await session.until('The same again: ');
        session.type(keys[1]);
      }
      const { code, stdout } = await session.ended;
      assert.equal(code, 1, stdout);
      assert.match(stdout, /Nothing was stored\.\r\n$/);
      assert.ok(!stdout.includes('hunter'));
      assert.deepEqual(await new SecretStore(folder()).list(), []);
    });

  it('refuses what is no secret, no name and no gateway, and says nothing of the secret', async () => {
    const inputs = [
      ...[
        { args: ['set', '../door', ...GATEWAY], input: SECRET },
        { args: ['set', 'door', ...GATEWAY], input: '\n' },
        { args: ['set', 'door', ...GATEWAY], input: `${SECRET}\0` },
      ],
      ...[
        { args: ['set', 'door', ...GATEWAY], input: SECRET.repeat(5_000) },
        { args: ['set', 'door', ...GATEWAY], input: Buffer.from([0xff, 0xfe]) },
        { args: ['set', 'door'], input: SECRET },
        { args: ['set', 'door', '--gateway', 'Cell'], input: SECRET },
        { args: ['set', 'door', '--gateway', 'c', '--backend', 'x'], input: SECRET },
        { args: ['set', 'door', SECRET, ...GATEWAY], input: '' },
      ],
    ];
    const ended = await Promise.all(
      inputs.map(({ args, input }) => home.run(['secret', ...args, '--json'], { input })),
    );
    assert.deepEqual(
      ended.map(end => failureIn(end).slice(0, 2)),
      [...Array(3).fill([1, 'GW_SECRET_UNFIT']), ...Array(6).fill([2, 'USAGE'])],
    );
    for (const { stdout, stderr } of ended) assert.ok(!`${stdout}${stderr}`.includes(SECRET), stdout);
    assert.deepEqual(await new SecretStore(folder()).list(), []);
  });

  it('would be seen where nobody can be asked, and says so', async () => {
    const asDocument = runInTerminal(home, ['secret', 'set', 'door', ...GATEWAY, '--json']);
    const { code, stdout } = await asDocument.ended;
    assert.equal(code, 2);
    assert.match(stdout, /the secret would be seen here; pipe it in/);
  });
});
