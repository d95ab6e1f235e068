// Lines of JSON from guests: however they are cut into chunks, and whatever stands in them.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineCutter, lineOf, readBase64, readLine } from '../../runtime/protocols/json-lines.ts';

/** Everything that comes out, as text; `null` for a line that was too long. */
function cutAll(cutter: LineCutter, chunks: readonly Uint8Array[]): readonly (string | null)[] {
  return chunks.flatMap(chunk => [...cutAsText(cutter, chunk)].map(line => line ?? null));
}

/** WHY at once: a line is good until the next is asked for. */
function* cutAsText(cutter: LineCutter, chunk: Uint8Array) {
  for (const line of cutter.cut(chunk)) yield line === undefined ? undefined : Buffer.from(line).toString('latin1');
}

describe('lines of JSON', () => {
  it('come out the same however they are cut, long ones as a mark and empty ones not at all', () => {
    const most = 20;
    const line = fc.string({ maxLength: 30, unit: fc.constantFrom('a', '{', '"', ' ', '\r') });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map(text => `${text}\n`).join(''));
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const size of cuts) {
            chunks.push(Uint8Array.from(bytes.subarray(at, at + size)));
            at += size;
          }
          chunks.push(bytes.subarray(at));
          const expected = lines.flatMap(text => {
            if (text.length > most) return [null];
            const plain = text.replace(/\r$/, '');
            return plain === '' ? [] : [plain];
          });
          assert.deepEqual(cutAll(new LineCutter(most), chunks), expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('take no more memory than one line of them, however long a line gets that does not end', () => {
    const cutter = new LineCutter(1_000);
    const chunk = Buffer.alloc(100_000, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 1_000; turn += 1) assert.deepEqual([...cutter.cut(chunk)], []);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
    assert.deepEqual(cutAll(cutter, [Buffer.from('x\n{}\n')]), [null, '{}']);
  });

  it('say what they hold, or nothing when they are no JSON in UTF-8', () => {
    assert.deepEqual(readLine(Buffer.from('{"topic":"ü"}')), { topic: 'ü' });
    for (const text of ['', '{', '{"a":1}x', 'undefined', "{'a':1}"])
      assert.equal(readLine(Buffer.from(text)), undefined);
    assert.equal(readLine(Buffer.from([0x22, 0xff, 0x22])), undefined);
    assert.equal(readLine(Buffer.from(`${'['.repeat(100_000)}`)), undefined);
    assert.equal(lineOf({ data: 'a\nb' }).toString(), '{"data":"a\\nb"}\n');
  });

  it('have bytes in base64 and in nothing that only looks like it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        const text = Buffer.from(bytes).toString('base64');
        assert.deepEqual(readBase64(text), Buffer.from(bytes));
      }),
    );
    for (const text of ['=', 'a', 'ab', 'ab=', 'YQ', 'YQ==\n', 'YR==', 'Y Q==', 'YQ==YQ==', '-_-_'])
      assert.equal(readBase64(text), undefined, text);
  });
});
