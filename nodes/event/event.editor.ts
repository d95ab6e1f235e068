// The form of an event node: without a gateway it speaks of all of them.
import facts from 'facts:event';
import { defineNode } from '../../editor/define-node.ts';
import { allowNoGateway } from '../../editor/no-gateway.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#C7CBD1',
  icon: 'gatewright-event.svg',
  outputs: 1,
  prepare: allowNoGateway,
});
