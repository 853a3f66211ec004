// BullMQ for tests/prove/queue: `node bullmq.mjs work|enqueue PORT COUNT < job.json`.
import { readFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [, , what, port, count] = process.argv;
const connection = new Redis({ host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null });
const say = (word) => console.log(word, Number(process.hrtime.bigint()) / 1e9);

async function work() {
  const handle = async ({ data }) => ({
    job_id: data.job_id, number: data.number, attempt: data.attempt, outcome: 'succeeded',
  });
  const worker = new Worker('jobs', handle, { connection, concurrency: 100 });
  let done = 0;
  worker.on('completed', () => {
    if (++done === Number(count)) {
      say('done');
      process.exit(0);
    }
  });
  await worker.waitUntilReady();
  say('ready');
}

async function enqueue() {
  const job = JSON.parse(readFileSync(0));
  const queue = new Queue('jobs', { connection });
  await queue.waitUntilReady();
  say('begun');
  for (let number = 0; number < Number(count);) {
    const batch = [];
    for (; batch.length < 100 && number < Number(count); ++number) {
      batch.push({ name: 'investigation', data: { ...job, number } });
    }
    await queue.addBulk(batch);
  }
  process.exit(0);
}

await (what === 'work' ? work() : enqueue());
