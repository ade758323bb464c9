// Calls the simulator as an application would, and prints what it got as one line of JSON.
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const ALLOWED = "amazon.nova-lite-v1:0";
const BREAKING = "mistral.magistral-small-2509";
const DENIED = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0";
const messages = [{ role: "user", content: [{ text: "Hello" }] }];
const client = new BedrockRuntimeClient({ maxAttempts: 1, requestHandler: new NodeHttpHandler() });
const overHttp2 = new BedrockRuntimeClient({ maxAttempts: 1 }); // as it comes

async function converse(by, modelId) {
  const answer = await by.send(new ConverseCommand({ modelId, messages }));
  return answer.output.message.content[0].text;
}

async function converseStream(modelId) {
  const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }));
  const pieces = [];
  for await (const event of stream) {
    if (event.contentBlockDelta) pieces.push(event.contentBlockDelta.delta.text);
  }
  return pieces;
}

async function invokeStream(modelId) {
  const body = JSON.stringify({ messages });
  const answer = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
  const events = [];
  for await (const { chunk } of answer.body) events.push(JSON.parse(new TextDecoder().decode(chunk.bytes)));
  return events.map((event) => Object.keys(event)[0]);
}

async function outcome(promise) {
  try {
    return await promise;
  } catch (error) {
    return { name: error.name, code: error.code, status: error.$metadata?.httpStatusCode, message: error.message };
  }
}

const outcomes = {
  converse: await outcome(converse(client, ALLOWED)),
  converseStream: await outcome(converseStream(ALLOWED)),
  invokeStream: await outcome(invokeStream(ALLOWED)),
  denied: await outcome(converse(client, DENIED)),
  deniedStream: await outcome(converseStream(DENIED)),
  brokenStream: await outcome(converseStream(BREAKING)),
  http2: await outcome(converse(overHttp2, ALLOWED)),
};
console.log(JSON.stringify(outcomes));
client.destroy();
overHttp2.destroy();
