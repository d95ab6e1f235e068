import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { planText, referenceFlows } from '../../scripts/golden.ts';

const root = fileURLToPath(new URL('../../flows/', import.meta.url));

describe('the plan of a reference flow on bare gateways', () => {
  for (const name of referenceFlows())
    it(`reads as expected for ${name}`, () => {
      assert.equal(planText(name), readFileSync(`${root}${name}/expected/plan.txt`, 'utf8'));
    });
});
