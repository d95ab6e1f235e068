// A TPM, or who carries its answers, that says what no TPM says: whatever it is, there is an error of ours or an answer that the verifier
// judges, and never anything else.
import assert from 'node:assert/strict';
import { openAttester } from '../../../runtime/attest/attester/attester.ts';
import { makeCredential } from '../../../runtime/attest/credential.ts';
import { parseClaim } from '../../../runtime/attest/standing.ts';
import { parseSizedPublic } from '../../../runtime/attest/tpm/public.ts';
import { openSwtpm } from '../../../runtime/host/tpm/swtpm.ts';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { MOST_ANSWER, type TpmTransport } from '../../../runtime/model/tpm.ts';
import { numbers } from '../random-numbers.ts';
import { openTpm } from '../tpm.ts';

const RUNS = 20_000;
/** Goes on without the answers to these: a TPM without a certificate is one, too, and what cannot be flushed goes with the way to it. */
const UNNEEDED: Readonly<Record<number, string>> = {
  334: 'TPM2_NV_Read',
  357: 'TPM2_FlushContext',
  361: 'TPM2_NV_ReadPublic',
};
const NONCE = '5a'.repeat(32);
const PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 9, 14];
/** "There is no such handle" of TPM 2.0 Library, Part 2. */
const NO_HANDLE = Buffer.from('80010000000a0000018b', 'hex');

type Spoil = (answer: Buffer) => Buffer;
type Sealing = ReturnType<typeof makeCredential>;

/** Everything that is asked of a TPM. */
async function askAll(transport: TpmTransport, sealing?: Sealing) {
  const attester = await openAttester(transport);
  const candidate = await attester.candidate();
  const claim = await attester.claim(NONCE, PCRS);
  const found = sealing === undefined ? undefined : await attester.activate(sealing);
  await attester.close();
  return { candidate, claim, found };
}

/** Answers of a real TPM, in the order in which they were given; they are the same for the same commands. */
class Recording {
  readonly #answers: [command: string, answer: Buffer][] = [];

  get length(): number {
    return this.#answers.length;
  }

  /** TPM_CC of the command in a place. */
  code(place: number): number {
    return Number.parseInt(this.#answers[place]?.[0].slice(12, 20) ?? '', 16);
  }

  record(transport: TpmTransport): TpmTransport {
    const transmit = async (command: Uint8Array) => {
      const answer = Buffer.from(await transport.transmit(command));
      this.#answers.push([Buffer.from(command).toString('hex'), answer]);
      return answer;
    };
    return { ...transport, transmit };
  }

  /** @param place  of the answer that is spoilt */
  replay(place: number, spoil: Spoil): TpmTransport {
    let at = 0;
    const answer = (command: string) => {
      const [expected, sound] = this.#answers[at] ?? [];
      if (sound !== undefined && (at === place || expected === command)) return at++ === place ? spoil(sound) : sound;
      // After what was spoilt, it is asked something else.
      return this.#answers.findLast(([known]) => known === command)?.[1] ?? NO_HANDLE;
    };
    return {
      transmit: async command => answer(Buffer.from(command).toString('hex')),
      log: async () => undefined,
      close: async () => undefined,
    };
  }
}

async function recorded(): Promise<{ recording: Recording; sealing: Sealing }> {
  const tpm = await openTpm();
  try {
    const open = () => openSwtpm(tpm.path('tpm.sock'));
    const { candidate } = await askAll(await open());
    const [endorsement, key] = [candidate.endorsement.key, candidate.key].map(hex =>
      parseSizedPublic(Buffer.from(hex, 'hex')),
    );
    assert.ok(endorsement !== undefined && key !== undefined);
    const sealing = makeCredential(endorsement, key.name, Buffer.alloc(32, 9));
    const recording = new Recording();
    await askAll(recording.record(await open()), sealing);
    return { recording, sealing };
  } finally {
    await tpm.close();
  }
}

describe('the attester, and a TPM that lies', function () {
  this.timeout(120_000);
  const lines = Error.stackTraceLimit;
  let recording: Recording;
  let sealing: Sealing;
  before(async () => {
    ({ recording, sealing } = await recorded());
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = lines;
  });

  /** The code of the error, or what was said. */
  async function outcome(place: number, spoil: Spoil) {
    try {
      return await askAll(recording.replay(place, spoil), sealing);
    } catch (error) {
      if (isGatewrightError(error)) return error.code;
      throw error;
    }
  }

  it('takes the answers as they were for sound', async () => {
    const said = await outcome(-1, answer => answer);
    assert.ok(typeof said !== 'string', String(said));
    assert.deepEqual(said.found, Buffer.alloc(32, 9));
  });

  const spoils: Readonly<Record<string, Spoil>> = {
    'an empty answer': () => Buffer.alloc(0),
    'an answer that is cut off': answer => answer.subarray(0, -1),
    'an answer with something after it': answer => Buffer.concat([answer, Buffer.of(0)]),
    'a header alone': answer => Buffer.concat([answer.subarray(0, 2), Buffer.from('0000000a00000000', 'hex')]),
    'another tag': answer => Buffer.concat([Buffer.from('8003', 'hex'), answer.subarray(2)]),
    'more than any TPM says': () => {
      const answer = Buffer.alloc(MOST_ANSWER + 1);
      answer.writeUInt16BE(0x8001);
      answer.writeUInt32BE(answer.length, 2);
      return answer;
    },
  };
  for (const [what, spoil] of Object.entries(spoils))
    it(`refuses ${what}`, async () => {
      for (let place = 0; place < recording.length; place += 1) {
        const said = await outcome(place, spoil);
        if (typeof said === 'string') assert.match(said, /^GW_ATTEST_(MALFORMED|TPM)$/);
        else
          assert.ok(
            recording.code(place) in UNNEEDED,
            `the answer to 0x${recording.code(place).toString(16)} was taken`,
          );
      }
    });

  it(`says nothing but errors of its own for ${RUNS} changed answers, or what can be judged`, async () => {
    const random = numbers(2_463_534_242);
    const seen = new Map<string, number>();
    for (let run = 0; run < RUNS; run += 1) {
      const said = await outcome(random(recording.length), answer => {
        const cut = random(4) === 0 ? answer.subarray(0, random(answer.length)) : answer;
        const changed = Buffer.from(cut);
        for (let left = 1 + random(4); left > 0 && changed.length > 0; left -= 1)
          changed[random(changed.length)] = random(256);
        // Half of them say their true length, so that what is inside is looked at.
        if (random(2) === 0 && changed.length >= 6) changed.writeUInt32BE(changed.length, 2);
        return changed;
      });
      const what = typeof said === 'string' ? said : 'claim';
      // What is said has to be something that the verifier takes, to refuse it.
      if (typeof said !== 'string') parseClaim(JSON.parse(JSON.stringify(said.claim)));
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
    for (const what of ['GW_ATTEST_MALFORMED', 'GW_ATTEST_TPM', 'claim'])
      assert.ok((seen.get(what) ?? 0) > RUNS / 100, `${what}: ${JSON.stringify([...seen])}`);
  });
});
