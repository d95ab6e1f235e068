// Messages of MQTT and frames of WebSocket in files, and out of them again.
import assert from 'node:assert/strict';
import { openRecording } from '../../runtime/lanes/recording/open.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { openCapture } from '../../runtime/protocols/line-capture.ts';
import { mqttRecording } from '../../runtime/protocols/mqtt/recording.ts';
import { mqttWords } from '../../runtime/protocols/mqtt/words.ts';
import type { ProtocolRecording } from '../../runtime/protocols/recording.ts';
import { websocketRecording } from '../../runtime/protocols/websocket/recording.ts';
import { websocketWords } from '../../runtime/protocols/websocket/words.ts';

const LINE = 'line.cell-7/plant';
const VM = 'vm.cell-7/robot';
const mqtt = (topic: string, payload: string) => mqttWords.question({ topic, payload, qos: 0 }).request;
const websocket = (text: string) => websocketWords.question(text).request;

const heardAt = (request: Uint8Array, direction: LineFrame['direction'], end: LineFrame['end'] = VM): LineFrame => ({
  ...{ atMs: 1_700_000_000_123, end, direction, frame: Buffer.from(request).toString('hex') },
});

function fileOf(recording: ProtocolRecording, frames: readonly LineFrame[]): Buffer {
  const pieces: Uint8Array[] = [];
  const file = openCapture('pcapng', recording, LINE, bytes => void pieces.push(bytes));
  file.take(frames);
  file.close(1_700_000_001_000);
  return Buffer.concat(pieces);
}

/** What would be said again, and what could not be told. */
function saidIn(file: Uint8Array, { reader: open }: ProtocolRecording) {
  const said: { readonly link: string; readonly text: string }[] = [];
  const reader = open(({ link, request }) => void said.push({ link, text: Buffer.from(request).toString() }));
  const recording = openRecording({ frame: frame => reader.take(frame) });
  recording.take(file);
  assert.deepEqual([recording.end(), recording.foreign], [0, 0]);
  return { said, remarks: reader.end() };
}

describe('a recording of messages', () => {
  for (const [recording, request, heard] of [
    [mqttRecording, mqtt('cell/a', 'running ▮'), mqtt('cell/b', 'stop')],
    [websocketRecording, websocket('running ▮'), websocket('stop')],
  ] as const)
    it(`of ${recording.name} gives what was said again, byte for byte, and not what was heard`, () => {
      const frames = [heardAt(request, 'in'), heardAt(heard, 'out'), heardAt(heard, 'in', 'device')];
      const { said, remarks } = saidIn(fileOf(recording, frames), recording);
      assert.deepEqual(said, [{ link: `${LINE} ${VM}`, text: Buffer.from(request).toString() }]);
      assert.deepEqual(remarks, []);
      assert.equal(recording.words(request), Buffer.from(request).toString());
    });

  it('of another protocol says nothing on a line, and says so', () => {
    const file = fileOf(websocketRecording, [heardAt(websocket('x'), 'in'), heardAt(Buffer.from('{'), 'in')]);
    const { said, remarks } = saidIn(file, mqttRecording);
    assert.deepEqual([said, remarks], [[], ['2 messages in JSON are none of mqtt']]);
  });
});
