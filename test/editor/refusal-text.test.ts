import assert from 'node:assert/strict';
import { RequestRefused } from '../../editor/client.ts';
import { refusalText } from '../../editor/refusal-text.ts';

const words = (key: string) => key;

describe('why a request was refused', () => {
  it('is the fact, then what to do, each a sentence', () => {
    assert.equal(
      refusalText(new RequestRefused('no gateway cell-9 is drawn', 'Deploy one.'), words),
      'no gateway cell-9 is drawn. Deploy one.',
    );
    assert.equal(
      refusalText(new RequestRefused('It is drawn twice.', 'Take one out.'), words),
      'It is drawn twice. Take one out.',
    );
    assert.equal(refusalText(new RequestRefused('502 Bad Gateway', ''), words), '502 Bad Gateway');
  });

  it('is that nobody answered, when nobody did', () => {
    assert.equal(refusalText(new RequestRefused('', ''), words), 'platform.away');
    assert.equal(refusalText(new TypeError('x is not a function'), words), 'platform.away');
  });
});
