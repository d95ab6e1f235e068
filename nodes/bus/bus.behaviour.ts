// Answers a message with what a device on the line says: reads its registers, or writes them.
import { formatAddress } from '../../runtime/model/address.ts';
import type { StartBehaviour } from '../behaviour.ts';
import { readAnswer, readQuestion } from './message.ts';

export const start: StartBehaviour = ({ config, gateway, platform }) => ({
  async input(message) {
    const name = String(config.name ?? '');
    if (gateway === undefined) throw new Error('the bus has no gateway; choose one in its node');
    const line = formatAddress('line', gateway, name);
    const question = readQuestion(message.payload);
    const answer = await platform.ask(line, question.unit, question.pdu);
    return { ...message, payload: readAnswer(question, answer), modbus: { line, ...question.modbus } };
  },
});
