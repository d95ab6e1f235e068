// The program that answers for the TPM of a guest, told everything that a host should not say.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { openTpmChannel } from '../../../runtime/host/tpm/channel.ts';
import { MOST_LOG } from '../../../runtime/model/tpm.ts';
import { numbers } from '../random-numbers.ts';
import { type Guest, type GuestProgram, guestProgram } from './guest-program.ts';

const RUNS = 300;
const HIERARCHY = { owner: '40000001', lockout: '4000000a', endorsement: '4000000b', platform: '4000000c' } as const;
/** Titles as in TPM 2.0 Library, Part 3. */
const ALLOWED: Readonly<Record<number, string>> = {
  305: 'CreatePrimary',
  327: 'ActivateCredential',
  334: 'NV_Read',
  337: 'PolicySecret',
  344: 'Quote',
  357: 'FlushContext',
  361: 'NV_ReadPublic',
  371: 'ReadPublic',
  374: 'StartAuthSession',
  382: 'PCR_Read',
};
const ACTIVATE = command(0x147, HIERARCHY.endorsement);

function command(code: number, body: string): string {
  const size = 10 + body.length / 2;
  return `8002${size.toString(16).padStart(8, '0')}${code.toString(16).padStart(8, '0')}${body}`;
}

const codeOf = (bytes: string) => Number.parseInt(bytes.slice(12, 20), 16);

/** What TPM2_ActivateCredential answers for a part of a secret. */
function opened(name: string, index: number, count: number, text: string): Buffer {
  const content = Buffer.alloc(32);
  content.set([index, count, text.length, 0]);
  content.set(createHash('sha256').update(name).digest().subarray(0, 4), 4);
  content.write(text, 8);
  const body = Buffer.concat([Buffer.from('00000022', 'hex'), Buffer.from('0020', 'hex'), content]);
  const authorizations = Buffer.alloc(10);
  const header = Buffer.from(`8002${(10 + body.length + 10).toString(16).padStart(8, '0')}00000000`, 'hex');
  return Buffer.concat([header, body, authorizations]);
}

describe('the program that answers for the TPM of a guest', function () {
  this.timeout(60_000);
  let program: GuestProgram;
  const start = async (guest: Guest = {}) => {
    program = await guestProgram(guest);
  };
  afterEach(() => program.close());

  it('carries the commands that change nothing, and refuses all others', async () => {
    await start();
    const codes = Array.from({ length: 0x100 }, (_, index) => 0x100 + index);
    const commands = codes.map(code => command(code, HIERARCHY.endorsement));
    const answers = await program.say(...commands.map(one => `COMMAND ${one}`));
    assert.deepEqual(program.heard.map(codeOf), Object.keys(ALLOWED).map(Number));
    const expected = codes.map(code => (code in ALLOWED ? 'ANSWER 80010000000a00000000' : 'REFUSED'));
    assert.deepEqual(answers, expected);
  });

  it('lets keys be made, and policies be satisfied, in no hierarchy but that of endorsement', async () => {
    await start();
    const tried = [0x131, 0x151].flatMap(code => Object.values(HIERARCHY).map(hierarchy => command(code, hierarchy)));
    await program.say(...tried.map(one => `COMMAND ${one}`));
    assert.deepEqual(
      program.heard,
      tried.filter(one => one.endsWith(HIERARCHY.endorsement)),
    );
  });

  it(`carries nothing else for ${RUNS} lines that nobody should say, and answers on`, async () => {
    await start();
    const random = numbers(88_172_645);
    const sound = [`COMMAND ${command(0x17e, '00')}`, `SECRET mqtt 0 1 ${ACTIVATE}`, 'LOG', 'HELLO 00ff'];
    const spoilt = Array.from({ length: RUNS }, () => {
      const line = Buffer.from(sound[random(sound.length)] ?? '');
      for (let left = 1 + random(3); left > 0; left -= 1) line[random(line.length)] = random(256);
      return line.subarray(random(4) === 0 ? random(line.length) : 0).toString('latin1');
    });
    await program.say(...spoilt);
    for (const one of program.heard) assert.ok(codeOf(one) in ALLOWED, one);
    assert.ok(program.heard.length > 0, 'some of them are sound still');
    assert.deepEqual(await program.say(`COMMAND ${command(0x17e, '00')}`), ['ANSWER 80010000000a00000000']);
  });

  it('is greeted in the middle of a line', async () => {
    await start();
    assert.deepEqual(await program.say('COMMAND 8001'), ['REFUSED']);
    const channel = await openTpmChannel(program.channel);
    assert.equal(Buffer.from(await channel.transmit(Buffer.from(ACTIVATE, 'hex'))).length, 10);
    await channel.close();
  });

  it('says that there is no TPM, and goes on', async () => {
    await start({ tpm: false });
    await assert.rejects(openTpmChannel(program.channel), /no TPM that its guest can reach/);
  });

  it('gives the event log as it is, or none', async () => {
    const log = Buffer.from('what the firmware wrote down\0\xff', 'latin1');
    await start({ log });
    const channel = await openTpmChannel(program.channel);
    assert.deepEqual(Buffer.from((await channel.log()) ?? []), log);
    await channel.close();
    await program.close();
    await start();
    const other = await openTpmChannel(program.channel);
    assert.equal(await other.log(), undefined);
    await other.close();
  });

  it('gives no more of an event log than a host takes', async () => {
    await start({ log: Buffer.alloc(MOST_LOG + 5, 7) });
    const channel = await openTpmChannel(program.channel);
    assert.equal((await channel.log())?.length, MOST_LOG);
    await channel.close();
  });

  describe('with secrets', () => {
    const tell = (name: string, index: number | string, count: number | string, answer: Buffer) => {
      program.answer = () => answer;
      return program.say(`SECRET ${name} ${index} ${count} ${ACTIVATE}`);
    };
    const first = opened('mqtt', 0, 2, 'twenty-four letters long');
    const second = opened('mqtt', 1, 2, ', and more');
    const kept = () => existsSync(program.secret('mqtt'));
    beforeEach(() => start());

    it('puts one together for root alone, and tells nobody what is in it', async () => {
      const said = [...(await tell('mqtt', 0, 2, first)), ...(await tell('mqtt', 1, 2, second))];
      assert.deepEqual(
        said,
        [first, second].map(answer => `ANSWER ${answer.subarray(0, 10).toString('hex')}`),
      );
      assert.equal(readFileSync(program.secret('mqtt'), 'utf8'), 'twenty-four letters long, and more');
      assert.equal(statSync(program.secret('mqtt')).mode & 0o777, 0o600);
      assert.equal(statSync(dirname(program.secret('mqtt'))).mode & 0o777, 0o700);
    });

    it('keeps the one before until the new one is whole', async () => {
      await tell('mqtt', 0, 1, opened('mqtt', 0, 1, 'old'));
      await tell('mqtt', 0, 2, first);
      assert.equal(readFileSync(program.secret('mqtt'), 'utf8'), 'old');
    });

    it('keeps no part of another secret, though its TPM opened it', async () => {
      assert.deepEqual(await tell('mqtt', 0, 1, opened('vpn', 0, 1, 'x')), ['REFUSED']);
      assert.equal(kept(), false);
    });

    it('keeps each part once, and in its place', async () => {
      await tell('mqtt', 0, 2, first);
      assert.deepEqual(await tell('mqtt', 1, 2, first), ['REFUSED']);
      assert.deepEqual(await tell('mqtt', 1, 2, second), ['REFUSED'], 'the beginning is gone');
      const middle = opened('mqtt', 1, 3, 'twenty-four letters long');
      await tell('mqtt', 0, 3, opened('mqtt', 0, 3, 'twenty-four letters long'));
      assert.notDeepEqual(await tell('mqtt', 1, 3, middle), ['REFUSED']);
      assert.deepEqual(await tell('mqtt', 1, 3, middle), ['REFUSED']);
      assert.equal(kept(), false);
      assert.deepEqual(readdirSync(dirname(program.secret('mqtt'))), []);
    });

    it('keeps nothing that its TPM does not open', async () => {
      const refusal = Buffer.from('80010000000a000001df', 'hex');
      assert.deepEqual(await tell('mqtt', 0, 1, refusal), [`ANSWER ${refusal.toString('hex')}`]);
      assert.deepEqual(await tell('mqtt', 0, 1, first.subarray(0, 30)), ['REFUSED']);
      assert.equal(kept(), false);
    });

    it('takes no name that leads elsewhere, and no number that a shell reads otherwise', async () => {
      for (const name of ['../mqtt', '.mqtt', '-f', 'a/b', '*', '$(id)'])
        assert.deepEqual(await tell(name, 0, 1, opened(name, 0, 1, 'x')), ['REFUSED'], name);
      for (const number of ['08', '0x1', '-1', '1000', 'a', '$((1))'])
        assert.deepEqual(await tell('mqtt', number, number, first), ['REFUSED'], number);
      assert.deepEqual(program.heard, []);
      assert.equal(kept(), false);
    });

    it('carries no other command for a secret', async () => {
      const said = await program.say(`SECRET mqtt 0 1 ${command(0x17e, '00')}`);
      assert.deepEqual([said, program.heard], [['REFUSED'], []]);
    });
  });
});
