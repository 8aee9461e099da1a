// The official MCAP library for JavaScript (@mcap/core), as a program: mcap_peer.js read FILE | write FILE COMPRESSION
"use strict";
const fs = require("node:fs/promises");
const { McapIndexedReader, McapStreamReader, McapWriter } = require("@mcap/core");
const { loadDecompressHandlers } = require("@mcap/support");
const zstd = require("@foxglove/wasm-zstd");

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** What JSON.stringify cannot do by itself: integers of 64 bits as text, bytes as Base64, maps as objects. */
function plain(_, value) {
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (value instanceof Map) {
    return Object.fromEntries(value);
  }
  return value;
}

const schemaOf = ({ id, name, encoding, data }) => ({ id, name, encoding, data: Buffer.from(data).toString() });
const attachmentOf = ({ name, mediaType, logTime, createTime, data }) => ({ name, mediaType, logTime, createTime, data: base64(data) });
const messageOf = (message) => ({
  channel: message.channelId,
  sequence: message.sequence,
  logTime: message.logTime,
  publishTime: message.publishTime,
  data: base64(message.data),
});

/** By the summary and the indexes. */
async function readIndexed(bytes, decompressHandlers) {
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset, length) => bytes.subarray(Number(offset), Number(offset + length)),
  };
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  const collect = async (generator, as) => {
    const all = [];
    for await (const one of generator) {
      all.push(as(one));
    }
    return all;
  };
  return {
    header: reader.header,
    schemas: [...reader.schemasById.values()].map(schemaOf),
    channels: [...reader.channelsById.values()],
    statistics: reader.statistics,
    chunks: reader.chunkIndexes.map(({ compression, messageStartTime, messageEndTime }) => ({ compression, messageStartTime, messageEndTime })),
    summaryOffsets: [...reader.summaryOffsetsByOpcode.keys()],
    messages: await collect(reader.readMessages({ validateCrcs: true }), messageOf),
    attachments: await collect(reader.readAttachments({ validateCrcs: true }), attachmentOf),
    metadata: await collect(reader.readMetadata(), ({ name, metadata }) => ({ name, metadata })),
  };
}

/** From the first byte to the last, every checksum compared. */
function readStreamed(bytes, decompressHandlers) {
  const reader = new McapStreamReader({ validateCrcs: true, decompressHandlers });
  reader.append(bytes);
  const messages = [];
  for (let record; (record = reader.nextRecord()); ) {
    if (record.type === "Message") {
      messages.push(messageOf(record));
    }
  }
  return { complete: reader.done(), messages };
}

async function read(file) {
  const bytes = new Uint8Array(await fs.readFile(file));
  const handlers = await loadDecompressHandlers();
  const indexed = await readIndexed(bytes, handlers);
  process.stdout.write(JSON.stringify({ ...indexed, streamed: readStreamed(bytes, handlers) }, plain));
}

/** The library brings a compressor of zstd; of LZ4 it can only read. */
const compressors = {
  none: undefined,
  zstd: (data) => ({ compression: "zstd", compressedData: zstd.compress(data) }),
};

/** Two channels of JSON with a schema, 3 000 messages in chunks of 4 KiB, every tenth time twice, an attachment and metadata. */
async function write(file, compression) {
  await zstd.isLoaded;
  const output = await fs.open(file, "w");
  let position = 0n;
  const writable = {
    write: async (bytes) => {
      await output.write(bytes);
      position += BigInt(bytes.length);
    },
    position: () => position,
  };
  const writer = new McapWriter({ writable, chunkSize: 4096, compressChunk: compressors[compression] });
  await writer.start({ profile: "", library: "mcap_peer" });
  const schema = { type: "object", properties: { value: { type: "number" } } };
  const schemaId = await writer.registerSchema({ name: "Reading", encoding: "jsonschema", data: Buffer.from(JSON.stringify(schema)) });
  const channels = [];
  for (const topic of ["press-1/force", "press-1/stroke"]) {
    channels.push(await writer.registerChannel({ topic, schemaId, messageEncoding: "json", metadata: new Map([["unit", "kN"]]) }));
  }
  const start = 1_767_225_600_000_000_000n;
  for (let index = 0; index < 3000; ++index) {
    const time = start + BigInt(index - (index % 10 === 1 ? 1 : 0)) * 1_000_000n;
    const data = Buffer.from(JSON.stringify({ value: index / 8 }));
    await writer.addMessage({ channelId: channels[index % 2], sequence: index, logTime: time, publishTime: time, data });
  }
  await writer.addAttachment({ name: "recipe.txt", mediaType: "text/plain", logTime: start, createTime: start + 5n, data: Buffer.from("600 kN, 12 strokes") });
  await writer.addMetadata({ name: "shift", metadata: new Map([["crew", "early"]]) });
  await writer.end();
  await output.close();
}

const [verb, ...rest] = process.argv.slice(2);
({ read, write })[verb](...rest).catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
