// Messages of a line of MQTT in recordings.
import { messageRecording } from '../message-recording.ts';
import { readMessage } from './line-message.ts';

export const mqttRecording = messageRecording('mqtt', value => readMessage(value) !== undefined);
