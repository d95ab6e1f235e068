// The form of an apply node: without a gateway it speaks of all of them.
import facts from 'facts:apply';
import { defineNode } from '../../editor/define-node.ts';
import { allowNoGateway } from '../../editor/no-gateway.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#C7CBD1',
  icon: 'gatewright-apply.svg',
  outputs: 1,
  prepare: allowNoGateway,
});
