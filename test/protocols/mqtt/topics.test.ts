import assert from 'node:assert/strict';
import { connectAsync } from 'mqtt';
import { mqtt } from '../../../runtime/protocols/mqtt/protocol.ts';
import { filterProblem, fitsFilter, topicProblem } from '../../../runtime/protocols/mqtt/topics.ts';
import { startBroker } from './broker.ts';
import { until } from './links.ts';

const FILTERS = [
  '#',
  '+',
  'a/#',
  'a/+',
  'a/+/c',
  '+/+',
  '/+',
  '/#',
  'a/b/c',
  '+/b/#',
  'a//c',
  'A/b/c',
  '$share/group/a/#',
];
const TOPICS = ['a', 'a/b', 'a/b/c', '/', '/a', 'a/', 'a//c', 'b/b', 'A/b/c', 'a/b/c/d', 'ü/b', ' '];

describe('topics of MQTT', () => {
  it('may be sent to without wildcards, and not those of the broker itself', () => {
    for (const topic of TOPICS) assert.equal(topicProblem(topic), undefined, topic);
    for (const topic of ['', 'a/+', '#', 'a#', '$SYS/x', 'a\0b', 'a\ud800', 'x'.repeat(65_536)])
      assert.notEqual(topicProblem(topic), undefined, topic.slice(0, 20));
  });

  it('are subscribed to by filters whose wildcards stand alone', () => {
    for (const filter of [...FILTERS, '$SYS/#', 'x'.repeat(65_535)])
      assert.equal(filterProblem(filter), undefined, filter);
    for (const filter of [
      '',
      'a+',
      '+a/b',
      'a/#/b',
      'a#',
      '##',
      'a\0',
      '$share',
      '$share/',
      '$share/g',
      '$share/g/',
      '$share/+/a',
      '$share/g/a#',
    ])
      assert.notEqual(filterProblem(filter), undefined, filter);
  });

  it('fit filters exactly as a broker has it', async () => {
    const broker = await startBroker();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const clients = await Promise.all(FILTERS.map(() => connectAsync(url, { protocolVersion: 5 })));
    try {
      const heard = await Promise.all(
        clients.map(async (client, index) => {
          const topics: string[] = [];
          client.on('message', (topic, payload) => topics.push(payload.length > 0 ? 'end' : topic));
          await client.subscribeAsync([FILTERS[index] as string, 'end/of/test'], { qos: 1 });
          return topics;
        }),
      );
      const [sender] = clients;
      for (const topic of TOPICS) await sender?.publishAsync(topic, '', { qos: 1 });
      await sender?.publishAsync('end/of/test', 'x', { qos: 1 });
      await until(() => heard.every(topics => topics.includes('end')));
      const expected = FILTERS.map(filter => TOPICS.filter(topic => fitsFilter(filter, topic)));
      assert.deepEqual(
        heard.map(topics => topics.filter(topic => topic !== 'end')),
        expected,
      );
      assert.ok(!fitsFilter('#', '$SYS/uptime') && !fitsFilter('+/uptime', '$SYS/uptime'));
      assert.ok(fitsFilter('$SYS/#', '$SYS/uptime'));
    } finally {
      await Promise.all(clients.map(client => client.endAsync(true)));
      await broker.close();
    }
  });

  it('are checked where a link is configured, with TLS as the default', () => {
    const given = { host: 'broker.example', clientId: 'cell-7' };
    const good = mqtt.options.parse({ ...given, subscriptions: [{ filter: 'plant/#', qos: '0' }] });
    assert.deepEqual([good.tls, good.port, good.subscriptions], [true, 8883, [{ filter: 'plant/#', qos: 0 }]]);
    for (const bad of [
      { subscriptions: [{ filter: 'a+' }] },
      { subscriptions: [{ filter: 'a', qos: 2 }] },
      { willTopic: 'a/#' },
      { clientId: '' },
    ])
      assert.equal(mqtt.options.safeParse({ ...given, ...bad }).success, false, JSON.stringify(bad));
  });
});
