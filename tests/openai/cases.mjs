// The official openai package against a gateway: runs one case and prints what the client saw as one JSON object.
// Usage: BASE_URL=http://127.0.0.1:8090/v1 API_KEY=mk_... node tests/openai/cases.mjs CASE [QUESTION]
import OpenAI from "openai";

const [name, question = "what is escrow"] = process.argv.slice(2);
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY });
const request = {
  model: "demo-lexicon",
  messages: [{ role: "user", content: question }],
  max_tokens: 64,
};

async function stream(extra = {}) {
  let text = "";
  let usage = null;
  let settlement = null;
  let finish = null;
  const chunks = await client.chat.completions.create({ ...request, ...extra, stream: true });
  for await (const chunk of chunks) {
    text += chunk.choices[0]?.delta?.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
    settlement = chunk.settlement ?? settlement;
  }
  return { text, finish, usage, settlement };
}

const cases = {
  async sync() {
    const { data, response } = await client.chat.completions.create(request).withResponse();
    return {
      text: data.choices[0].message.content,
      finish: data.choices[0].finish_reason,
      usage: data.usage,
      settlement: data.settlement,
      jobHeader: response.headers.get("x-job-id"),
    };
  },
  stream: () => stream({ stream_options: { include_usage: true } }),
  plainStream: () => stream(),
  strictStream: () => stream({ verification: "strict", redundancy: 2, stream_options: { include_usage: true } }),
  corruptedStream: () => stream({ redundancy: 3 }),
  async models() {
    const models = [];
    for await (const model of client.models.list()) models.push(model);
    return { models };
  },
  unknownModel: () => client.chat.completions.create({ ...request, model: "nobody-has-this" }),
  priceCap: () => client.chat.completions.create({ ...request, max_price: 1 }),
  wrongKey: () => new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "mk_wrong" }).chat.completions.create(request),
};

try {
  console.log(JSON.stringify({ ok: await cases[name]() }));
} catch (error) {
  console.log(
    JSON.stringify({
      error: { type: error.constructor.name, status: error.status, code: error.code, message: error.message },
    }),
  );
}
