// Frames of a line of WebSocket in recordings.
import { messageRecording } from '../message-recording.ts';
import { readFrame } from './line-message.ts';

export const websocketRecording = messageRecording('websocket', value => readFrame(value) !== undefined);
