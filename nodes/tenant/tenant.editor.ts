// The form of a tenant.
import facts from 'facts:tenant';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';

defineNode(facts, {
  category: 'config',
  color: '#8A8F98',
  required: ['name'],
  checks: { name: checks.name, colour: checks.colour },
});
