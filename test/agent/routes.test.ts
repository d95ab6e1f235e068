// The document of the agent's socket names every route that there is, and none that there is not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ROUTES } from '../../runtime/agent/routes.ts';

describe('the document of the agent’s socket', () => {
  it('names exactly its routes', () => {
    const text = readFileSync(new URL('../../docs/agent.md', import.meta.url), 'utf8');
    const named = [...text.matchAll(/^\| `((?:GET|POST) \/v1\/[\w-]+)`/gm)].map(match => match[1]);
    assert.deepEqual(named.sort(), Object.keys(ROUTES).sort());
  });
});
