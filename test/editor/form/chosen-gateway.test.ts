import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { followGateway } from '../../../editor/form/chosen-gateway.ts';

/** A form with a gateway field, and answers that the test gives. */
function open(first: string) {
  const form = { chosen: first, change: () => {} };
  const field = {
    val: () => form.chosen,
    on(_event: string, run: () => void) {
      form.change = run;
    },
  } as unknown as JQuery;
  const answers = new Map<string, (found: string) => void>();
  const told: string[] = [];
  followGateway(
    field,
    gateway => new Promise<string>(resolve => answers.set(gateway, resolve)),
    found => told.push(found),
  );
  const choose = (id: string) => {
    form.chosen = id;
    form.change();
  };
  return { choose, answers, told };
}

describe('what a form offers of a gateway', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'RED');
  beforeEach(() => Object.assign(globalThis, { RED: { nodes: { node: (id: string) => ({ name: `box ${id}` }) } } }));
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'RED');
    else Object.defineProperty(globalThis, 'RED', before);
  });

  it('is of the one that is chosen now, however late another one answers', async () => {
    const { choose, answers, told } = open('a');
    choose('b');
    answers.get('box b')?.('of b');
    answers.get('box a')?.('of a');
    await setImmediate();
    assert.deepEqual([[...answers.keys()], told], [['box a', 'box b'], ['of b']]);
  });
});
