// Writes TypeScript types for every message and enum of a descriptor set, as they look in proto3 JSON: what the pages of
// services/*/page send and get. Types alone, so nothing of it is left in a page.
//
//   node proto/typescript.mjs <descriptor set> <out.ts>
//
// Every field is optional, because proto3 JSON leaves out what has its default; 64-bit numbers and bytes are strings.
import {readFileSync, writeFileSync} from "node:fs";

// ---- the descriptor set: as much of descriptor.proto as types need

function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) {
      yield [tag >>> 3, varint()];
    } else if (wire === 2) {
      const length = varint();
      yield [tag >>> 3, bytes.subarray(at, at += length)];
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
    } else {
      throw new Error(`the descriptor set has wire type ${wire}, which no descriptor uses`);
    }
  }
}

/** Reads one message by a table of its fields: number -> [name, how to read it, "repeated"]. */
function read(bytes, table) {
  const message = {};
  for (const [, [name, , many]] of Object.entries(table)) if (many) message[name] = [];
  for (const [number, value] of fieldsOf(bytes)) {
    if (!(number in table)) continue;
    const [name, as, many] = table[number];
    if (many) message[name].push(as(value));
    else message[name] = as(value);
  }
  return message;
}

const text = (bytes) => new TextDecoder().decode(bytes);
const number = (value) => value;
const many = "repeated";
const enumValue = (bytes) => read(bytes, {1: ["name", text]}).name;
const enumType = (bytes) => read(bytes, {1: ["name", text], 2: ["values", enumValue, many]});
const field = (bytes) =>
  read(bytes, {1: ["name", text], 4: ["label", number], 5: ["type", number], 6: ["typeName", text], 10: ["jsonName", text]});
const options = (bytes) => read(bytes, {7: ["mapEntry", number]});
const messageType = (bytes) => read(bytes, {
  1: ["name", text], 2: ["fields", field, many], 3: ["messages", messageType, many], 4: ["enums", enumType, many], 7: ["options", options],
});
const file = (bytes) =>
  read(bytes, {1: ["name", text], 2: ["package", text], 4: ["messages", messageType, many], 5: ["enums", enumType, many]});
const descriptorSet = (bytes) => read(bytes, {1: ["files", file, many]});

// ---- the types

const LABEL_REPEATED = 3;
const TYPE_MESSAGE = 11;
const SCALARS = {
  1: "number", 2: "number", 3: "string", 4: "string", 5: "number", 6: "string", 7: "number", 8: "boolean", 9: "string", 12: "string",
  13: "number", 15: "number", 16: "string", 17: "number", 18: "string",
};

/** hark.v1.ConsoleRequest.SignIn -> ConsoleRequest_SignIn */
const nameOf = (protoPackage, typeName) => typeName.slice(protoPackage.length + 2).replaceAll(".", "_");

function* allMessages(messages, prefix) {
  for (const message of messages) {
    yield [prefix + message.name, message];
    yield* allMessages(message.messages, `${prefix}${message.name}_`);
  }
}

function fieldType(protoPackage, maps, {type, typeName, label, name}) {
  if (typeName && !typeName.startsWith(`.${protoPackage}.`)) {
    throw new Error(`field '${name}' is a ${typeName.slice(1)}, for which no TypeScript is made here`);
  }
  const single = SCALARS[type] ?? nameOf(protoPackage, typeName);
  if (label !== LABEL_REPEATED) return single;
  const entry = type === TYPE_MESSAGE && maps.get(single);
  if (!entry) return `${single}[]`;
  return `Record<string, ${fieldType(protoPackage, maps, entry.fields[1])}>`;
}

function typescript({files}) {
  const out = ["// Made by proto/typescript.mjs from proto/hark/v1.\n"];
  const maps = new Map();
  for (const {messages} of files) {
    for (const [name, message] of allMessages(messages, "")) if (message.options?.mapEntry) maps.set(name, message);
  }
  const writeEnum = (name, {values}) => out.push(`export type ${name} =\n  | ${values.map((value) => `"${value}"`).join("\n  | ")};\n`);
  for (const {package: protoPackage, messages, enums} of files) {
    for (const each of enums) writeEnum(each.name, each);
    for (const [name, message] of allMessages(messages, "")) {
      for (const each of message.enums) writeEnum(`${name}_${each.name}`, each);
      if (maps.has(name)) continue;
      const lines = message.fields.map((each) => `  ${each.jsonName}?: ${fieldType(protoPackage, maps, each)};\n`);
      out.push(`export interface ${name} {\n${lines.join("")}}\n`);
    }
  }
  return out.join("\n");
}

const [from, to] = process.argv.slice(2);
if (!to) {
  console.error("usage: node proto/typescript.mjs <descriptor set> <out.ts>");
  process.exit(2);
}
writeFileSync(to, typescript(descriptorSet(readFileSync(from))));
